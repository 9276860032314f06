"""Are the serial numbers of a list (a packing list, say) in a manifest?

The list is CSV in UTF-8 with a header: ``serial``, and if wanted ``kind`` and ``model``.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gauger_agent.compare.parts import Part, read_parts
from gauger_agent.errors import UsageError
from gauger_agent.fingerprint import Kind
from gauger_agent.placeholders import is_placeholder
from gauger_agent.private import ShipmentKey
from gauger_agent.read import read_bounded
from gauger_agent.verify.check import Check, CheckStatus
from gauger_probes.evidence.document import Evidence
from gauger_probes.text import clean

#: Bytes and rows of a list: the parts of a hundred racks.
MAX_LIST, MAX_ROWS = 4 * 1024 * 1024, 20_000
_COLUMNS = frozenset({"serial", "kind", "model"})
_ADVICE = "Give CSV in UTF-8 with a header: serial, and if wanted kind and model"
#: Serial numbers that are named in one line.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Expected:
    """A serial number that should be there; ``kind`` and ``model`` narrow it."""

    serial: str
    kind: Kind | None = None
    model: str | None = None

    def fits(self, part: Part) -> bool:
        """Return whether ``part``, which has the serial number, is what is expected."""
        if self.kind not in (None, part.kind):
            return False
        names = {part.name.casefold(), *(text.casefold() for text in part.model.values())}
        return self.model is None or self.model.casefold() in names


@dataclass(frozen=True, slots=True)
class Found:
    """Serial numbers: expected and there, expected and not there, there and not expected.

    The last are those of parts of the kinds that the list is about.
    """

    found: tuple[str, ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]

    def check(self) -> Check:
        """Return the check ``expectedSerials``."""
        count = f"{len(self.found)} of {len(self.found) + len(self.missing)} are there"
        status = CheckStatus.FAILED if self.missing else CheckStatus.PASSED
        text = count + _listed("missing", self.missing) + _listed("not listed", self.unlisted)
        advice = "see which parts are another: gauger compare" if self.missing else None
        return Check("expectedSerials", status, "every serial number of the list", text, advice)


#: The answer where the numbers of a private manifest cannot be read.
OPAQUE = Check(
    "expectedSerials",
    CheckStatus.FAILED,
    "every serial number of the list",
    "the manifest's numbers are keyed digests, and its key is not at hand",
    "give the shipment's key: --private KEYFILE",
)


def read_expected(path: Path) -> tuple[Expected, ...]:
    """Return the rows of the list in the file at ``path``.

    Raises:
        InputUnreadable: it cannot be read.
        UsageError: it is no such list; the message names the row.
    """
    data = read_bounded(path, MAX_LIST)
    try:
        return tuple(_rows(data))
    except (ValueError, csv.Error) as problem:
        raise UsageError(f"{path}: {clean(str(problem))}", _ADVICE) from problem


def look_for(
    expected: tuple[Expected, ...], evidence: Evidence, key: ShipmentKey | None = None
) -> Found:
    """Return which serial numbers are there; one that is listed twice must be there twice.

    ``key``: the one that the evidence's numbers are digested with, if they are.
    """
    there: dict[str, list[Part]] = {}
    for part in read_parts(evidence):
        if "serial" in part.own:
            there.setdefault(part.own["serial"].casefold(), []).append(part)
    listed = Counter(_as_there(row, key) for row in expected)
    kinds = {row.kind for row in expected if row.kind is not None}
    found, missing = [], []
    for row in expected:
        parts = there.get(_as_there(row, key), [])
        match = next((part for part in parts if row.fits(part)), None)
        if match is None:
            missing.append(row.serial)
        else:
            parts.remove(match)
            found.append(row.serial)
            kinds.add(match.kind)
    unlisted = [
        part.own["serial"]
        for serial, parts in there.items()
        for part in parts
        if serial not in listed and part.kind in kinds
    ]
    return Found(tuple(found), tuple(missing), tuple(unlisted))


def _as_there(row: Expected, key: ShipmentKey | None) -> str:
    return row.serial.casefold() if key is None else key.digest("serial", row.serial)


def _rows(data: bytes) -> Iterator[Expected]:
    if len(data) > MAX_LIST:
        raise ValueError(f"longer than {MAX_LIST} bytes")
    text = data.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
    if "serial" not in names or len(set(names)) != len(names):
        raise ValueError("its first line does not name a column serial once")
    unknown = sorted(set(names) - _COLUMNS)
    if unknown:
        raise ValueError(f"no column is called {unknown[0]!r}; there are kind, model and serial")
    rows.fieldnames = names
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} rows")
        if any(row.values()):
            yield _expected(row, number)


def _expected(row: dict[str | None, object], number: int) -> Expected:
    if None in row:
        raise ValueError(f"row {number} has more fields than the header")
    serial, kind, model = (str(row.get(name) or "").strip() for name in ("serial", "kind", "model"))
    if not serial or is_placeholder(serial):
        raise ValueError(f"row {number}: {serial!r} is no serial number")
    if kind and kind not in set(Kind):
        raise ValueError(f"row {number}: no kind is called {kind!r}; there are {', '.join(Kind)}")
    return Expected(serial, Kind(kind) if kind else None, model or None)


def _listed(word: str, serials: tuple[str, ...]) -> str:
    if not serials:
        return ""
    more = f" and {len(serials) - _MOST} more" if len(serials) > _MOST else ""
    return f"; {word}: {', '.join(serials[:_MOST])}{more}"
