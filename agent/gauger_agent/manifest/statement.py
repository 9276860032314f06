"""The in-toto Statement v1 that a manifest signs, and its predicate, as typed records.

The names are those of the design's "Names that outlive a release"; a field here is a field of
the JSON (see :mod:`gauger_probes.evidence.codec`). Reading gives the shape; that the values mean
something (times, digests, coverage) is said by :func:`problems`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gauger_agent.fingerprint import Fingerprint
from gauger_agent.manifest.jcs import canonical
from gauger_agent.manifest.times import parse_utc
from gauger_probes.evidence.common import OMIT_NONE, JsonValue
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.findings import Metric, Verdict

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://gauger.example/capability-manifest/v1"
SCHEMA_VERSION = "1.0"

#: The names of the two subjects, in order.
FINGERPRINT_SUBJECT = "hardware-fingerprint"
EVIDENCE_SUBJECT = "evidence"

#: The exact top-level keys of a Statement.
STATEMENT_KEYS = frozenset({"_type", "subject", "predicateType", "predicate"})

#: How a private manifest's numbers are digested (RFC 2104, FIPS 180-4).
PRIVACY = "HMAC-SHA-256"

_KEY_CHECK = re.compile(r"[0-9a-f]{16}")
_HEX_256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Mode(StrEnum):
    """Whether the running machine was probed or a tree captured from one."""

    LIVE = "live"
    CAPTURED = "captured"


@dataclass(frozen=True, slots=True)
class Context:
    """Who ran it, in which role, for which shipment: what the operator states, nothing more."""

    operator: str | None
    role: str | None
    shipment: str | None
    key_note: str | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Numbers of the parts' own are keyed digests; ``key_check`` (16 hex digits) names the key."""

    algorithm: str
    key_check: str


@dataclass(frozen=True, slots=True)
class Agent:
    """Which build made the manifest; ``digest`` is the SHA-256 (hex) of its code."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class JudgedPack:
    """A pack that the maker judged by, with its own digest (hex) and the judged date."""

    id: str
    version: str
    sha256: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """The manifest's content: evidence, and what its maker claims to have found in it."""

    schema_version: str
    mode: Mode
    collected_at: str
    nonce: str | None
    context: Context
    agent: Agent
    evidence: Evidence
    metrics: tuple[Metric, ...]
    claimed_findings: tuple[Verdict, ...]
    packs: tuple[JudgedPack, ...]
    fingerprint: Fingerprint
    privacy: Privacy | None = field(default=None, metadata=OMIT_NONE)
    tpm: Mapping[str, JsonValue] | None = field(default=None, metadata=OMIT_NONE)
    device_evidence: Mapping[str, JsonValue] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest set with the one algorithm in use, in lower-case hex."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What the statement is about, by name and digest."""

    name: str
    digest: Digest


def subject_digest(value: JsonValue) -> str:
    """Return the SHA-256 (hex) of the RFC 8785 bytes of ``value``.

    Raises:
        JcsError: ``value`` has no canonical form.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def is_nonce(text: str) -> bool:
    """Return whether ``text`` is 64 lower-case hex digits."""
    return _HEX_256.fullmatch(text) is not None


def problems(predicate: Predicate) -> Iterator[str]:
    """Yield what is wrong with values whose shape is right, apart from digests and coverage."""
    if predicate.schema_version != SCHEMA_VERSION:
        yield f"schemaVersion: not {SCHEMA_VERSION}"
    try:
        parse_utc(predicate.collected_at)
    except ValueError as error:
        yield f"collectedAt: {error}"
    if predicate.nonce is not None and not is_nonce(predicate.nonce):
        yield "nonce: not 64 lower-case hex digits"
    if not _HEX_256.fullmatch(predicate.agent.digest):
        yield "agent.digest: not 64 lower-case hex digits"
    if predicate.privacy is not None:
        yield from _privacy_problems(predicate.privacy)
    for at, pack in enumerate(predicate.packs):
        yield from _pack_problems(pack, f"packs[{at}]")
    yield from _component_problems(predicate.fingerprint)


def _component_problems(fingerprint: Fingerprint) -> Iterator[str]:
    for at, part in enumerate(fingerprint.components):
        if not all(isinstance(value, str) for value in part.identifiers.values()):
            yield f"fingerprint.components[{at}]: an identifier that is not text"


def _privacy_problems(privacy: Privacy) -> Iterator[str]:
    if privacy.algorithm != PRIVACY:
        yield f"privacy.algorithm: not {PRIVACY}"
    if not _KEY_CHECK.fullmatch(privacy.key_check):
        yield "privacy.keyCheck: not 16 lower-case hex digits"


def _pack_problems(pack: JudgedPack, where: str) -> Iterator[str]:
    if not _HEX_256.fullmatch(pack.sha256):
        yield f"{where}.sha256: not 64 lower-case hex digits"
    if not _DATE.fullmatch(pack.as_of):
        yield f"{where}.asOf: not a date"
