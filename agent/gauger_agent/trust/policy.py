"""Reads a verifier's policy from a TOML file: whom it believes, and what it asks for.

Every fault is one line that names the place. What can never be met (more signatures than keys, a
role that nobody holds) is a fault of the file, found before any manifest is read.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from gauger_agent.errors import UsageError
from gauger_agent.fingerprint import Kind
from gauger_agent.manifest.limits import MAX_KEY_FILE
from gauger_agent.read import read_bounded
from gauger_agent.trust.document import SCHEMA, PolicyDocument, PolicyKey, PolicyMaterial
from gauger_agent.trust.material import Material
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.keys import KeyRefusedError, TrustedKey, trusted_key
from gauger_probes.evidence.codec import DecodeError, from_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.text import clean

#: Bytes of a policy file: a thousand keys written out.
MAX_POLICY = 512 * 1024
#: Most keys in it: each is tried with every signature.
MAX_KEYS = 256
_MAX_AGE_DAYS = 36_500
_HEX_256 = re.compile(r"[0-9a-f]{64}")
_ADVICE = "see docs/guides/write-a-policy.md"


class PolicyError(ValueError):
    """The file is no policy; the message names the place."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one verifier asks for; ``packs`` empty means every pack in force."""

    keys: tuple[TrustedKey, ...]
    threshold: int
    roles: tuple[str, ...]
    assurance: Assurance
    max_age: timedelta | None
    accept_captured: bool
    agents: tuple[str, ...]
    packs: tuple[str, ...]
    material: Material


def read_policy(path: Path) -> Policy:
    """Return the policy in the file at ``path``; its keys' files lie relative to it.

    Raises:
        InputUnreadable: it, or a key that it names, cannot be read.
        UsageError: it is no policy; the message names the place.
    """
    data = read_bounded(path, MAX_POLICY)
    try:
        document = parse_policy(data)
        return _policy(document, tuple(_keys(document, path.parent)))
    except PolicyError as problem:
        raise UsageError(f"{path}: {problem}", _ADVICE) from problem


def parse_policy(data: bytes) -> PolicyDocument:
    """Return the document in ``data`` (TOML, UTF-8), with values that mean something.

    Raises:
        PolicyError: it is too big, not TOML, or no policy.
    """
    if len(data) > MAX_POLICY:
        raise PolicyError(f"longer than {MAX_POLICY} bytes")
    try:
        table = cast(JsonValue, tomllib.loads(data.decode("utf-8")))
        document = from_json(PolicyDocument, table, "policy")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise PolicyError(f"not a TOML file: {problem}") from problem
    except DecodeError as problem:
        raise PolicyError(str(problem)) from problem
    for fault in _faults(document):
        raise PolicyError(fault)
    return document


def _faults(document: PolicyDocument) -> Iterator[str]:
    if document.schema != SCHEMA:
        yield f"policy.schema: {document.schema[:40]!r}, not {SCHEMA!r}"
    if not 0 < len(document.keys) <= MAX_KEYS:
        yield f"policy.keys: it must hold 1 to {MAX_KEYS} tables: write [[keys]]"
    for at, key in enumerate(document.keys):
        yield from _key_faults(key, f"policy.keys[{at}]")
    yield from _demand_faults(document)
    for at, digest in enumerate(document.agents):
        if not _HEX_256.fullmatch(digest):
            yield f"policy.agents[{at}]: not 64 lower-case hex digits"


def _key_faults(key: PolicyKey, where: str) -> Iterator[str]:
    if not key.label or clean(key.label) != key.label:
        yield f"{where}.label: it must be a printable text that is not empty"
    if (key.file is None) == (key.pem is None):
        yield f"{where}: it must have either file or pem"


def _demand_faults(document: PolicyDocument) -> Iterator[str]:
    if not 0 < document.threshold <= len(document.keys):
        yield (
            f"policy.threshold: {document.threshold} signatures of {len(document.keys)} keys "
            "can never be met"
        )
    held = {key.role for key in document.keys}
    for at, role in enumerate(document.roles):
        if role not in held:
            yield f"policy.roles[{at}]: no key has the role {role.value!r}"
    days = document.max_age_days
    if days is not None and not 0 <= days <= _MAX_AGE_DAYS:
        yield f"policy.maxAgeDays: not between 0 and {_MAX_AGE_DAYS}"


def _keys(document: PolicyDocument, folder: Path) -> Iterator[TrustedKey]:
    places: dict[str, int] = {}
    labels: dict[str, int] = {}
    for at, entry in enumerate(document.keys):
        key = _key(entry, folder, f"policy.keys[{at}]")
        first = places.setdefault(key.spki_sha256, at)
        if first != at:
            raise PolicyError(f"policy.keys[{at}]: the same key as keys[{first}]")
        if labels.setdefault(key.label, at) != at:
            raise PolicyError(f"policy.keys[{at}].label: that of keys[{labels[key.label]}] too")
        yield key


def _key(entry: PolicyKey, folder: Path, where: str) -> TrustedKey:
    name = "pem" if entry.file is None else "file"
    raw = (entry.pem or "").encode() if entry.file is None else _read(folder / entry.file)
    try:
        key = trusted_key(raw, entry.label)
    except KeyRefusedError as problem:
        raise PolicyError(f"{where}.{name}: {problem}") from problem
    return dataclasses.replace(key, role=entry.role.value, hsm=entry.hsm)


def _read(path: Path) -> bytes:
    return read_bounded(path, MAX_KEY_FILE)[:MAX_KEY_FILE]


def _policy(document: PolicyDocument, keys: tuple[TrustedKey, ...]) -> Policy:
    days = document.max_age_days
    return Policy(
        keys=keys,
        threshold=document.threshold,
        roles=tuple(role.value for role in document.roles),
        assurance=document.assurance,
        max_age=None if days is None else timedelta(days=days),
        accept_captured=document.accept_captured,
        agents=document.agents,
        packs=document.packs,
        material=_material(document.material),
    )


def _material(table: PolicyMaterial) -> Material:
    given = {kind: getattr(table, kind.value) for kind in Kind}
    return Material().with_changes(
        {kind: frozenset(changes) for kind, changes in given.items() if changes is not None}
    )
