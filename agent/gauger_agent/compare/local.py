"""Holds a verified manifest against the machine that the verifier runs on.

The inventory is read again, with whatever of the probes is installed here; what they cannot read
is named and never taken for gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gauger_agent.collect import Wanted, collect
from gauger_agent.compare.alike import UnlikeError, alike
from gauger_agent.compare.changes import Became, Comparison, Machine, Severity, compare
from gauger_agent.compare.parts import read_parts
from gauger_agent.compare.view import said
from gauger_agent.manifest.statement import Predicate
from gauger_agent.private import ShipmentKey
from gauger_agent.trust.material import Material
from gauger_agent.verify.check import Check, CheckStatus
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Progress

_NAME = "thisMachine"
_EXPECTED = "the machine that this verifier runs on"
_ADVICE = "compare its manifest with one of this machine: gauger run, gauger compare"
#: Parts that are named in one line.
_MOST = 8


def inventory(report: Callable[[Progress], None]) -> Evidence:
    """Return what this machine holds, without measuring anything."""
    return collect(Wanted(names={"host", "accelerators", "cameras"}), report)


def check_this_machine(
    predicate: Predicate, here: Evidence, material: Material, key: ShipmentKey | None
) -> Check:
    """Return whether the manifest describes the machine of the inventory ``here``.

    Failed: another board, or a part that counts is another; or its numbers are digested with
    another key than ``key``, which hiding them must not make a way out. Not done: no number of the
    board's is known of both, and nothing contradicts it.
    """
    try:
        manifest, here = alike((predicate.evidence, predicate.privacy), (here, None), key)
    except UnlikeError as problem:
        return Check(_NAME, CheckStatus.FAILED, _EXPECTED, str(problem), _ADVICE)
    found = compare(manifest, here, material)
    if found.differs:
        return Check(_NAME, CheckStatus.FAILED, _EXPECTED, _differences(found), _ADVICE)
    unseen = _unseen(found, manifest, here)
    if found.machine is Machine.UNKNOWN:
        text = f"no number of the board's is known of both{unseen}"
        return Check(_NAME, CheckStatus.NOT_DONE, _EXPECTED, text, _ADVICE)
    count = sum(part.change is not Became.UNKNOWN for part in found.parts)
    text = f"{count} parts compared{unseen}"
    return Check(_NAME, CheckStatus.PASSED, _EXPECTED, text, None)


def _differences(found: Comparison) -> str:
    counting = [said(part) for part in found.parts if part.severity is Severity.MATERIAL]
    if found.machine is Machine.DIFFERENT:
        counting = ["another board", *counting]
    more = f"; and {len(counting) - _MOST} more" if len(counting) > _MOST else ""
    return "; ".join(counting[:_MOST]) + more


def _unseen(found: Comparison, manifest: Evidence, here: Evidence) -> str:
    """Return which kinds of parts could not be compared, and which numbers are not readable."""
    names = [*_unknown_kinds(found), *_unread_numbers(manifest, here)]
    return f"; not compared: {', '.join(dict.fromkeys(names))}" if names else ""


def _unknown_kinds(found: Comparison) -> Iterator[str]:
    for part in found.parts:
        if part.change is Became.UNKNOWN:
            yield f"{part.kind.value} (not readable here or there)"


def _unread_numbers(manifest: Evidence, here: Evidence) -> Iterator[str]:
    there, now = ({part.kind: part for part in read_parts(each)} for each in (manifest, here))
    for kind, part in there.items():
        missing = sorted(part.own.keys() - now[kind].own.keys()) if kind in now else []
        if missing:
            yield f"{' and '.join(missing)} of {kind.value}"
