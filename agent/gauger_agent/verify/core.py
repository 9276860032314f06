"""Whether a manifest is what it says: bytes, trusted keys, options and a time in, facts out.

The rules, in the order in which they are checked. A broken rule does not hide those after it;
only unproven bytes are never read (5 → 6) and values without a shape never interpreted.

1. ``envelope``: one DSSE envelope, plain or in a Sigstore bundle v0.3, in strict JSON, within
   bounds, with at least one signature.
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
14. ``threshold``: as many distinct trusted keys as are asked for; one by default.
15. ``role``: every role that is asked for is held by one of them.
16. ``assurance``: that many keys, and those of the roles, are kept as is asked for.
17. ``agent``: made by a program that is accepted; not done unless asked for.
18. ``nonce``: equal to the verifier's own; not done unless asked for.
19. ``clock``: the verifier's own is not before the tool's build nor its last use.
20. ``ahead``: collected not in the future.
21. ``age``: collected recently enough; not done unless asked for.
22. ``lastSeen``: not older than the last one seen of the same machine; the same one is not older.

Rules 19, 20 and 22 are not done, and what they find is said, unless freshness was asked for.
What the maker claims to have found is carried, not believed: judging again is the caller's.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from datetime import datetime

from gauger_agent.manifest.statement import Predicate
from gauger_agent.manifest.times import parse_utc
from gauger_agent.verify import acceptance
from gauger_agent.verify.assurance import Assurance, reached
from gauger_agent.verify.authenticity import Proven, prove
from gauger_agent.verify.check import Check
from gauger_agent.verify.content import read_predicate
from gauger_agent.verify.freshness import check_freshness
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options
from gauger_probes.evidence.document import Evidence

_SEAL = object()


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
        _accept(predicate, proven, options, now, ledger)
    ledger.settle()
    if predicate is None:
        raise RuntimeError("no predicate, and no rule says why")
    return Verified(
        payload=proven.payload,
        payload_sha256=proven.payload_sha256,
        predicate=predicate,
        signers=tuple(SignedBy(key.spki_sha256, key.label, key.role) for key in proven.keys),
        checks=ledger.checks(),
        assurance=reached(proven.keys, options.threshold),
        seal=_SEAL,
    )


def _accept(
    predicate: Predicate, proven: Proven, options: Options, now: datetime, ledger: Ledger
) -> None:
    acceptance.check_mode(predicate, options, ledger)
    acceptance.check_threshold(proven.keys, options, ledger)
    acceptance.check_roles(proven.keys, options, ledger)
    acceptance.check_assurance(proven.keys, options, ledger)
    acceptance.check_agent(predicate, options, ledger)
    check_freshness(predicate, proven.payload_sha256, options, now, ledger)
