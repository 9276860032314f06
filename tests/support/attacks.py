"""What a forger does to a manifest, one change each, and the check that must stop it.

Where the attack needs the trusted key, the changed statement is signed with it again: such a
forger holds the key, or has talked its holder into signing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.envelope import Envelope, Signature, read, write
from gauger_agent.manifest.jcs import canonical
from gauger_agent.manifest.pae import pae
from gauger_agent.manifest.statement import Mode
from gauger_agent.sign.seal import seal
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.options import Options
from support.evidence import sample_evidence
from support.manifests import (
    NONCE,
    OPERATOR,
    STRANGER,
    Statement,
    options,
    redigested,
    resigned,
    sample_manifest,
    sample_predicate,
    seen,
    trust,
)

_FORGED, _STALE, _DISBELIEVED = (
    ExitCode.NOT_AUTHENTIC,
    ExitCode.NOT_FRESH,
    ExitCode.NOT_BELIEVED,
)


@dataclass(frozen=True)
class Attack:
    """One attack: the only check that fails, the exit code, the file, and what was asked."""

    name: str
    check: str
    code: ExitCode
    manifest: Callable[[], bytes]
    options: Options


def _attack(
    name: str, check: str, code: ExitCode, manifest: Callable[[], bytes], **asked: Any
) -> Attack:
    return Attack(name, check, code, manifest, options(**asked))


def _edited(**fields: Any) -> bytes:
    return json.dumps(json.loads(sample_manifest()) | fields).encode()


def _second_payload() -> bytes:
    other = sample_manifest(STRANGER, mode=Mode.CAPTURED)
    return sample_manifest().rstrip(b"}\n") + b"," + other[1:]


def _signed_as(payload_type: str) -> bytes:
    body = payload(sample_predicate())
    signature = Signature(OPERATOR.keyid, OPERATOR.sign(pae(payload_type, body)))
    return write(Envelope(payload_type, body, (signature,)))


def _relabelled() -> bytes:
    """The payload signed without its encoding, so that type and body could be shifted."""
    body = payload(sample_predicate())
    signature = Signature(OPERATOR.keyid, OPERATOR.sign(body))
    return write(Envelope(read(sample_manifest()).payload_type, body, (signature,)))


def _swapped_payload() -> bytes:
    theirs = read(sample_manifest())
    body = payload(sample_predicate(nonce=None))
    return write(Envelope(theirs.payload_type, body, theirs.signatures))


def _borrowed_keyid() -> bytes:
    theirs = read(sample_manifest(STRANGER))
    signature = Signature(OPERATOR.keyid, theirs.signatures[0].sig)
    return write(Envelope(theirs.payload_type, theirs.payload, (signature,)))


def _own_key_inside() -> bytes:
    key = {"publicKey": STRANGER.public_pem().decode()}
    return resigned(lambda s: s["predicate"].update(tpm=key), STRANGER)


def _duplicate_nonce() -> bytes:
    body = payload(sample_predicate())
    return seal(body.replace(b'"nonce":', b'"nonce":null,"nonce":'), (OPERATOR,))


def _beyond_a_double() -> bytes:
    body = payload(sample_predicate())
    return seal(body.replace(b'"nonce":', b'"none":9007199254740993,"nonce":'), (OPERATOR,))


def _other_machine() -> Statement:
    evidence = sample_evidence()
    other = sample_predicate(evidence=type(evidence)(evidence.host, (), (), evidence.coverage))
    statement: Statement = json.loads(payload(other))
    return statement


def _predicate(**fields: Any) -> Callable[[], bytes]:
    return lambda: resigned(lambda s: s["predicate"].update(fields))


def _drop_coverage(statement: Statement) -> None:
    lines = statement["predicate"]["evidence"]["coverage"]
    lines[:] = [line for line in lines if line["probe"] != "accelerators"]


def _double_coverage(statement: Statement) -> None:
    lines = statement["predicate"]["evidence"]["coverage"]
    lines.append(lines[0])


def _rename_component(statement: Statement) -> None:
    part = statement["predicate"]["fingerprint"]["components"][0]
    part["identifiers"]["serial"] = "WM00AS000000"


_REAL = _other_machine
_NONCE_OF_VERIFIER = "77" * 32
_HOUR = timedelta(hours=1)

ATTACKS: tuple[Attack, ...] = (
    _attack("not JSON at all", "envelope", _FORGED, lambda: b"\x7fELF"),
    _attack("the signatures are stripped", "envelope", _FORGED, lambda: _edited(signatures=[])),
    _attack("a second payload hides behind the first", "envelope", _FORGED, _second_payload),
    _attack(
        "an unsigned claim rides in the envelope",
        "envelope",
        _FORGED,
        lambda: _edited(verdict="nothing found"),
    ),
    _attack(
        "a payload in another case, for readers that do not care",
        "envelope",
        _FORGED,
        lambda: _edited(Payload="e30="),
    ),
    _attack(
        "another signed document passed off",
        "payloadType",
        _FORGED,
        lambda: _signed_as("application/json"),
    ),
    _attack("the payload is swapped", "signature", _FORGED, _swapped_payload),
    _attack("the type is left out of the signature", "signature", _FORGED, _relabelled),
    _attack("a stranger signs under a trusted keyid", "signature", _FORGED, _borrowed_keyid),
    _attack("a stranger signs", "signer", _DISBELIEVED, lambda: sample_manifest(STRANGER)),
    _attack("the forger's key comes inside the file", "signer", _DISBELIEVED, _own_key_inside),
    _attack(
        "a lost key goes on signing",
        "revocation",
        _DISBELIEVED,
        sample_manifest,
        revoked=trust(OPERATOR),
    ),
    _attack("one key stated twice", "statement", _FORGED, _duplicate_nonce),
    _attack("a number that readers round apart", "statement", _FORGED, _beyond_a_double),
    _attack(
        "a fifth key in the statement",
        "statement",
        _FORGED,
        lambda: resigned(lambda s: s.update(predicate_type="x")),
    ),
    _attack(
        "a third subject",
        "statement",
        _FORGED,
        lambda: resigned(lambda s: s["subject"].append(s["subject"][0])),
    ),
    _attack(
        "the subjects change places",
        "statement",
        _FORGED,
        lambda: resigned(lambda s: s["subject"].reverse()),
    ),
    _attack(
        "a statement of another version",
        "statement",
        _FORGED,
        lambda: resigned(lambda s: s.update(_type="https://in-toto.io/Statement/v0.1")),
    ),
    _attack(
        "a list instead of a statement", "statement", _FORGED, lambda: seal(b"[]", (OPERATOR,))
    ),
    _attack(
        "a provenance statement passed off",
        "predicateType",
        _FORGED,
        lambda: resigned(lambda s: s.update(predicateType="https://slsa.dev/provenance/v1")),
    ),
    _attack(
        "a version with other rules",
        "schemaVersion",
        _FORGED,
        _predicate(schemaVersion="2.0"),
    ),
    _attack("a field that nobody reads", "predicate", _FORGED, _predicate(cleared=True)),
    _attack("a nonce of half the length", "predicate", _FORGED, _predicate(nonce="5e" * 16)),
    _attack("a time without a zone", "predicate", _FORGED, _predicate(collectedAt="2026-11-24")),
    _attack(
        "a number where text belongs",
        "predicate",
        _FORGED,
        lambda: redigested(lambda s: s["predicate"]["context"].update(operator=7)),
    ),
    _attack(
        "the predicate is a list",
        "predicate",
        _FORGED,
        lambda: resigned(lambda s: s.update(predicate=[])),
    ),
    _attack(
        "another machine's components over this evidence",
        "fingerprint",
        _FORGED,
        lambda: resigned(
            lambda s: s["predicate"].update(fingerprint=_REAL()["predicate"]["fingerprint"])
        ),
    ),
    _attack(
        "a roll-up of another machine",
        "fingerprint",
        _FORGED,
        lambda: resigned(lambda s: s["predicate"]["fingerprint"].update(rollup="00" * 32)),
    ),
    _attack(
        "a serial number changed under its old digest",
        "fingerprint",
        _FORGED,
        lambda: redigested(_rename_component),
    ),
    _attack(
        "the accelerator is cut out of the evidence",
        "evidence",
        _FORGED,
        lambda: resigned(
            lambda s: s["predicate"].update(evidence=_REAL()["predicate"]["evidence"])
        ),
    ),
    _attack(
        "a probe's line is cut out: silence as absence",
        "coverage",
        _FORGED,
        lambda: redigested(_drop_coverage),
    ),
    _attack(
        "a second, better line for one probe",
        "coverage",
        _FORGED,
        lambda: redigested(_double_coverage),
    ),
    _attack(
        "a captured tree passed off as the machine",
        "mode",
        _DISBELIEVED,
        lambda: sample_manifest(mode=Mode.CAPTURED),
    ),
    _attack(
        "one party alone signs where two must",
        "threshold",
        _DISBELIEVED,
        sample_manifest,
        threshold=2,
    ),
    _attack(
        "one key signs twice where two must",
        "threshold",
        _DISBELIEVED,
        lambda: sample_manifest(OPERATOR, OPERATOR),
        threshold=2,
    ),
    _attack(
        "a stranger makes up the second signature",
        "threshold",
        _DISBELIEVED,
        lambda: sample_manifest(OPERATOR, STRANGER),
        threshold=2,
    ),
    _attack(
        "a key of another role signs",
        "role",
        _DISBELIEVED,
        sample_manifest,
        roles=("warehouse",),
    ),
    _attack(
        "a key in a file signs where hardware must",
        "assurance",
        _DISBELIEVED,
        sample_manifest,
        assurance=Assurance.HARDWARE_KEY,
    ),
    _attack(
        "a changed program made it",
        "agent",
        _DISBELIEVED,
        sample_manifest,
        agents=("00" * 32,),
    ),
    _attack(
        "an older manifest is replayed to a challenge",
        "nonce",
        _STALE,
        sample_manifest,
        nonce=_NONCE_OF_VERIFIER,
    ),
    _attack(
        "the nonce is left out",
        "nonce",
        _STALE,
        lambda: sample_manifest(nonce=None),
        nonce=_NONCE_OF_VERIFIER,
    ),
    _attack(
        "an older manifest is replayed",
        "age",
        _STALE,
        lambda: sample_manifest(collected_at="2026-11-24T11:09:59Z"),
        max_age=_HOUR,
    ),
    _attack(
        "a manifest dated ahead, to stay fresh",
        "ahead",
        _STALE,
        lambda: sample_manifest(collected_at="2026-11-24T12:15:01Z"),
        max_age=_HOUR,
    ),
    _attack(
        "a manifest dated ahead that binds the nonce",
        "ahead",
        _STALE,
        lambda: sample_manifest(collected_at="2027-01-01T00:00:00Z"),
        nonce=NONCE,
    ),
    _attack(
        "the verifier's clock stands before the tool",
        "clock",
        _STALE,
        sample_manifest,
        max_age=_HOUR,
        build_date=datetime(2027, 1, 1, tzinfo=UTC),
    ),
    _attack(
        "the verifier's clock is set back, so that an old manifest is young",
        "clock",
        _STALE,
        sample_manifest,
        max_age=_HOUR,
        last_used=datetime(2026, 11, 24, 12, 16, tzinfo=UTC),
    ),
    _attack(
        "the manifest from before the last one is shown again",
        "lastSeen",
        _STALE,
        sample_manifest,
        max_age=_HOUR,
        seen=seen("2026-11-24T12:00:01Z"),
    ),
    _attack(
        "the machine's clock is set back",
        "lastSeen",
        _STALE,
        sample_manifest,
        nonce=NONCE,
        seen=seen("2026-11-24T12:00:01Z"),
    ),
)


def statement_of(manifest: bytes) -> Statement:
    """Return the statement inside ``manifest``, unverified."""
    statement: Statement = json.loads(read(manifest).payload)
    assert canonical(statement) == read(manifest).payload
    return statement
