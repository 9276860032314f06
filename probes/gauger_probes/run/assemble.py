"""Makes one evidence document out of how every probe ended.

Pure: no clock, no machine. Every probe that exists gets its line of coverage, found or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.coverage import PROBES, Coverage, Hidden, Privilege, Status, worst
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Part
from gauger_probes.run.lines import Surroundings, environment_part, hidden_by, probe_lines
from gauger_probes.run.merge import (
    accelerators_of,
    cameras_of,
    host_of,
    unlisted_films,
    unlisted_nodes,
)
from gauger_probes.run.outcome import Outcome, top_level

#: Vendor id of NVIDIA in PCI configuration space (pci.ids).
_NVIDIA = "10de"


def assemble(outcomes: Sequence[Outcome], privilege: Privilege, removed: Sequence[str]) -> Evidence:
    """Return the evidence that ``outcomes`` (in the registry's order) amount to.

    ``removed`` names the environment variables that were kept from the probes.
    """
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    cameras = cameras_of(results)
    accelerators = accelerators_of(results)
    judged = [
        _with_unlisted(_without_nvidia(outcome, outcomes, accelerators), cameras)
        for outcome in outcomes
    ]
    around = Surroundings(privilege, tuple(removed))
    coverage = [line for probe in PROBES for line in _lines(probe, judged, around)]
    return Evidence(host_of(results), cameras, accelerators, tuple(coverage))


def _lines(probe: str, outcomes: Sequence[Outcome], around: Surroundings) -> list[Coverage]:
    own = [outcome for outcome in outcomes if top_level(outcome.probe) == probe]
    extra: list[Part] = [environment_part(around.removed)] if probe == "host" else []
    return probe_lines(probe, own, extra, around)


def _without_nvidia(
    outcome: Outcome, outcomes: Sequence[Outcome], accelerators: Sequence[Accelerator]
) -> Outcome:
    """A missing NVML is a hole only where an NVIDIA function is, or could not be looked for."""
    missing = outcome.probe == "accelerators.nvml" and outcome.status is Status.UNAVAILABLE
    if not missing or not _enumerated(outcomes):
        return outcome
    if any(entry.pci is not None and entry.pci.vendor == _NVIDIA for entry in accelerators):
        return outcome
    reason = "no NVIDIA function on this machine"
    return Outcome(outcome.probe, Status.NOT_RUN, reason, outcome.duration_s)


def _enumerated(outcomes: Sequence[Outcome]) -> bool:
    return any(
        outcome.probe == "accelerators"
        and outcome.result is not None
        and Hidden.ACCELERATOR not in hidden_by(outcome)
        for outcome in outcomes
    )


def _with_unlisted(outcome: Outcome, cameras: Sequence[Camera]) -> Outcome:
    return _with_unlisted_films(_with_unlisted_nodes(outcome, cameras), cameras)


def _with_unlisted_films(outcome: Outcome, cameras: Sequence[Camera]) -> Outcome:
    """What was measured of a camera that no list has belongs to nothing, and is said so."""
    ids = unlisted_films(outcome.result, cameras) if outcome.result is not None else ()
    if outcome.result is None or not ids:
        return outcome
    reason = f"no camera is listed as {', '.join(ids)}, which was measured"
    part = Part(outcome.probe, Status.PARTIAL, reason)
    return replace(outcome, result=replace(outcome.result, parts=(*outcome.result.parts, part)))


def _with_unlisted_nodes(outcome: Outcome, cameras: Sequence[Camera]) -> Outcome:
    """A node that answers but belongs to no listed camera is a camera that the list lacks."""
    paths = unlisted_nodes(outcome.result, cameras) if outcome.result is not None else ()
    if outcome.result is None or not paths:
        return outcome
    unlisted = f"no camera lists {', '.join(paths)}, which answered"
    reason = f"{outcome.reason}; {unlisted}" if outcome.reason else unlisted
    hidden = (*outcome.result.could_hide, Hidden.CAMERA)
    result = replace(outcome.result, could_hide=hidden)
    status = worst((outcome.status, Status.PARTIAL))
    return replace(outcome, status=status, reason=reason, result=result)
