"""Keyed digests instead of serial numbers: comparable by whoever holds the key, opaque to others.

Every number that is a part's own (serial number, UUID, MAC address, WWID) becomes the HMAC-SHA-256
(RFC 2104) of its name and text under a key of 256 bits. What a maker left in firmware instead of a
number identifies nothing, and stays as it is, so that it still counts as missing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from gauger_agent.errors import UsageError
from gauger_agent.manifest.statement import PRIVACY, Privacy
from gauger_agent.placeholders import is_placeholder
from gauger_agent.read import read_bounded
from gauger_probes.evidence.document import Evidence

PREFIX = "hmac-sha256:"
#: The fields of evidence that hold numbers of a part's own.
FIELDS = frozenset({"serial", "uuid", "mac", "wwid"})
_KEY = re.compile(rb"([0-9a-f]{64})\n?")
_LONGEST = 128

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShipmentKey:
    """The 32 bytes that a shipment's parties share; nothing of it is ever written."""

    raw: bytes = dataclasses.field(repr=False)

    @property
    def privacy(self) -> Privacy:
        """What a manifest says of it: enough to know it again, nothing to find it by."""
        return Privacy(PRIVACY, self._hmac("gauger shipment key")[:16])

    def digest(self, name: str, text: str) -> str:
        """Return what stands for ``text`` in a field called ``name``."""
        return PREFIX + self._hmac(f"{name}\0{text.strip().casefold()}")

    def hide(self, evidence: Evidence) -> Evidence:
        """Return ``evidence`` with a digest in place of every number of a part's own."""
        return self._hidden(evidence)

    def _hidden(self, value: T) -> T:
        if isinstance(value, tuple):
            return cast(T, tuple(self._hidden(item) for item in value))
        if not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        numbers = {name: held[name] for name in FIELDS & held.keys() if _is_number(held[name])}
        digests = {name: self.digest(name, text) for name, text in numbers.items()}
        rest = {name: self._hidden(item) for name, item in held.items() if name not in digests}
        changed = dataclasses.replace(value, **rest, **digests)
        return _renamed(changed, {text: digests[name] for name, text in numbers.items()})

    def _hmac(self, message: str) -> str:
        return hmac.new(self.raw, message.encode(), hashlib.sha256).hexdigest()


def _is_number(held: object) -> bool:
    return isinstance(held, str) and not (held.startswith(PREFIX) or is_placeholder(held))


def _renamed(record: T, digests: Mapping[str, str]) -> T:
    """Let the id of a record, which may be made of a number of its own, tell none either."""
    name = getattr(record, "id", None)
    if not isinstance(name, str):
        return record
    for text, digest in digests.items():
        name = name.replace(text, digest.removeprefix(PREFIX)[:12])
    return cast(T, dataclasses.replace(cast(Any, record), id=name))


def read_key(path: Path) -> ShipmentKey:
    """Return the key in the file at ``path``: 64 lower-case hex digits on one line.

    Raises:
        InputUnreadable: it cannot be read.
        UsageError: it holds something else.
    """
    found = _KEY.fullmatch(read_bounded(path, _LONGEST))
    if found is None:
        advice = "it holds 64 hex digits: (umask 077; gauger challenge > FILE) makes one"
        raise UsageError(f"{path}: not a shipment key", advice)
    return ShipmentKey(bytes.fromhex(found[1].decode()))
