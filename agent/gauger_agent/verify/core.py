"""Whether a manifest is what it says: bytes, trusted keys, options and a time in, facts out.

The rules, in the order in which they are checked. A broken rule does not hide those after it;
only unproven bytes are never read (5 → 6) and values without a shape never interpreted.

1. ``envelope``: one DSSE envelope in strict JSON, within bounds, with at least one signature.
2. ``payloadType``: exactly that of an in-toto Statement in JSON.
3. ``signature``: at least one verifies under a trusted key; every one is tried with every key.
4. ``signer``: where none verifies, a keyid names a trusted key, else the signer is unknown.
5. ``revocation``: a signature by a revoked key never counts; broken where there is no other.
6. ``statement``: strict JSON, exactly four keys, Statement v1, the two subjects in order.
7. ``predicateType``: exactly that of a capability manifest.
8. ``schemaVersion``: one that this verifier reads.
9. ``predicate``: every field known, of its type and within bounds; times and digests well formed.
10. ``fingerprint``: subject[0], the roll-up and every component's digest, recomputed.
11. ``evidence``: subject[1], recomputed.
12. ``coverage``: every probe that exists has its line.
13. ``mode``: probed live, unless captured trees are accepted.
14. ``nonce``: equal to the verifier's own; not done unless asked for.
15. ``age``: collected recently enough, not in the future; not done unless asked for.

What the maker claims to have found is carried, not believed: judging again is the caller's.
"""

from __future__ import annotations

import hashlib
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from enum import StrEnum

from gauger_agent.manifest.statement import Predicate
from gauger_agent.manifest.times import parse_utc
from gauger_agent.verify.acceptance import check_age, check_mode, check_nonce
from gauger_agent.verify.authenticity import prove
from gauger_agent.verify.check import Check
from gauger_agent.verify.content import read_predicate
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options
from gauger_probes.evidence.document import Evidence

_SEAL = object()


class Assurance(StrEnum):
    """What the signature shows about the machine; computed here, never read from a manifest."""

    FILE_KEY = "fileKey"


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A trusted key that signed; ``label`` and ``role`` are the verifier's own words for it."""

    key_sha256: str
    label: str
    role: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A manifest that passed every rule. Only :func:`verify` can make one.

    ``payload_sha256`` (hex) identifies the manifest; envelopes and signatures do not.
    """

    payload: bytes = field(repr=False)
    payload_sha256: str
    predicate: Predicate
    signers: tuple[SignedBy, ...]
    checks: tuple[Check, ...]
    assurance: Assurance
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only gauger_agent.verify.core.verify makes a Verified")

    @property
    def evidence(self) -> Evidence:
        """What was read and measured."""
        return self.predicate.evidence

    @property
    def collected_at(self) -> datetime:
        """When, by the maker's clock."""
        return parse_utc(self.predicate.collected_at)


def verify(data: bytes, options: Options, now: datetime) -> Verified:
    """Return what the manifest in ``data`` proves to a verifier with ``options`` at ``now``.

    Raises:
        Refused: a rule is broken; it carries every check and the exit code of the gravest.
        ValueError: ``now`` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a zone")
    ledger = Ledger()
    proven = prove(data, options, ledger)
    ledger.settle()
    if proven is None:
        raise RuntimeError("unproven, and no rule says why")
    predicate = read_predicate(proven.payload, ledger)
    if predicate is not None:
        check_mode(predicate, options, ledger)
        check_nonce(predicate, options, ledger)
        check_age(predicate, options, now, ledger)
    ledger.settle()
    if predicate is None:
        raise RuntimeError("no predicate, and no rule says why")
    return Verified(
        payload=proven.payload,
        payload_sha256=hashlib.sha256(proven.payload).hexdigest(),
        predicate=predicate,
        signers=tuple(SignedBy(key.spki_sha256, key.label, key.role) for key in proven.keys),
        checks=ledger.checks(),
        assurance=Assurance.FILE_KEY,
        seal=_SEAL,
    )
