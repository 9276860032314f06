"""Signed manifests to test with: a sample predicate, fixed keys, and a way to change and re-sign.

The keys are made from constant seeds, so that a failing example can be repeated.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gauger_agent.fingerprint import fingerprint
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.jcs import canonical
from gauger_agent.manifest.statement import (
    SCHEMA_VERSION,
    Agent,
    Context,
    JudgedPack,
    Mode,
    Predicate,
    subject_digest,
)
from gauger_agent.manifest.times import parse_utc
from gauger_agent.sign.file_key import FileKey
from gauger_agent.sign.seal import seal
from gauger_agent.sign.signer import Signer
from gauger_agent.verify.keys import TrustedKey, trusted_key
from gauger_agent.verify.options import Options, Seen
from gauger_thresholds.findings import Basis, Level, Metric, Outcome, Verdict
from support.evidence import sample_evidence

#: When the sample was collected, and ten minutes later, when it is verified.
COLLECTED = "2026-11-24T12:00:00Z"
NOW = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
NONCE = "5e" * 32

Statement = dict[str, Any]


def file_key(name: str) -> FileKey:
    """Return the Ed25519 key that ``name`` always stands for."""
    seed = hashlib.sha256(name.encode()).digest()
    return FileKey(Ed25519PrivateKey.from_private_bytes(seed))


@dataclass(frozen=True)
class P256Signer:
    """A P-256 key, as a TPM or an HSM would hold."""

    private: EllipticCurvePrivateKey
    deterministic: bool = False

    @property
    def keyid(self) -> str:
        return trusted_key(self.public_pem(), "").keyid

    def public_pem(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ECDSA(SHA256(), deterministic_signing=self.deterministic))


OPERATOR = file_key("operator")
STRANGER = file_key("stranger")
TOKEN = P256Signer(derive_private_key(0x1F2E3D4C5B6A, SECP256R1()))


def trust(*signers: Signer) -> tuple[TrustedKey, ...]:
    """Return the public keys of ``signers`` as a verifier holds them."""
    return tuple(trusted_key(signer.public_pem(), f"key-{at}") for at, signer in enumerate(signers))


def options(*signers: Signer, **asked: Any) -> Options:
    """Return options that trust ``signers`` (by default the operator)."""
    return Options(trust(*(signers or (OPERATOR,))), **asked)


def sample_predicate(**changes: Any) -> Predicate:
    """Return a predicate about the sample machine; a changed evidence is fingerprinted anew."""
    evidence = changes.pop("evidence", sample_evidence())
    predicate = Predicate(
        schema_version=SCHEMA_VERSION,
        mode=Mode.LIVE,
        collected_at=COLLECTED,
        nonce=NONCE,
        context=Context("Ada", "exporter", "SHP-7"),
        agent=Agent("0.1.0", "a1" * 32),
        evidence=evidence,
        metrics=(
            Metric("tpp", "pci-0000:65:00.0", "1", 4992, 4992, 4992, Basis.CATALOGUE, "312 × 16"),
        ),
        claimed_findings=(_verdict(),),
        packs=(JudgedPack("us-2023-11", "1", "b2" * 32, "2026-11-24"),),
        fingerprint=fingerprint(evidence),
    )
    return dataclasses.replace(predicate, **changes)


def seen(collected_at: str, payload: bytes = b"another") -> dict[str, Seen]:
    """Return what a verifier remembers of the sample machine."""
    last = Seen(parse_utc(collected_at), hashlib.sha256(payload).hexdigest())
    return {sample_predicate().fingerprint.rollup: last}


def _verdict() -> Verdict:
    return Verdict(
        pack="us-2023-11",
        as_of="2026-11-24",
        rule="us.3a090.a",
        paragraph="3A090.a",
        level=Level.CONTROL,
        subject="pci-0000:65:00.0",
        outcome=Outcome.MEETS,
        metric="tpp",
        value=4992,
        threshold=4800,
        margin=1.04,
        basis=Basis.CATALOGUE,
    )


def sample_manifest(*signers: Signer, **changes: Any) -> bytes:
    """Return the signed manifest of the sample machine (by default signed by the operator)."""
    return seal(payload(sample_predicate(**changes)), signers or (OPERATOR,))


def resigned(change: Callable[[Statement], Any], *signers: Signer) -> bytes:
    """Return the sample manifest after ``change`` of its statement, signed again by who may."""
    statement: Statement = json.loads(payload(sample_predicate()))
    change(statement)
    return seal(canonical(statement), signers or (OPERATOR,))


def redigested(change: Callable[[Statement], Any]) -> bytes:
    """As :func:`resigned`, with both subjects and the roll-up recomputed after ``change``."""

    def change_all(statement: Statement) -> None:
        change(statement)
        predicate = statement["predicate"]
        rollup = subject_digest(predicate["fingerprint"]["components"])
        predicate["fingerprint"]["rollup"] = rollup
        statement["subject"][0]["digest"]["sha256"] = rollup
        statement["subject"][1]["digest"]["sha256"] = subject_digest(predicate["evidence"])

    return resigned(change_all)
