"""Coverage lines: each probe with its parts, how it ended, and what could hide in its holes.

Pure. A top-level line carries the gravest status of itself and its parts and all that could
hide in any of them, so that whoever reads the six lines alone misses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gauger_probes.evidence.coverage import Coverage, Hidden, Privilege, Status, worst
from gauger_probes.result import Part
from gauger_probes.run.outcome import Outcome
from gauger_probes.text import clean, without_home

#: What a probe would have shown had it answered. Processors are accelerators too.
_HIDES: dict[str, tuple[Hidden, ...]] = {
    "host": (Hidden.ACCELERATOR, Hidden.IDENTITY),
    "cameras": (Hidden.CAMERA,),
    "accelerators": (Hidden.ACCELERATOR,),
    "accelerators.nvml": (Hidden.IDENTITY,),
    "accelerators.kfd": (Hidden.IDENTITY,),
    "accelerators.amdgpu": (Hidden.IDENTITY,),
    "accelerators.intel": (Hidden.IDENTITY,),
    "accelerators.accel": (Hidden.ACCELERATOR,),
    "accelerators.usb": (Hidden.ACCELERATOR,),
    "accelerators.platform": (Hidden.ACCELERATOR,),
}
_HOLES = (Status.UNAVAILABLE, Status.DENIED, Status.TIMEOUT, Status.CRASHED)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """With whose rights the probes ran, and the variables that were kept from them."""

    privilege: Privilege
    removed: tuple[str, ...] = ()


def probe_lines(
    probe: str, outcomes: Sequence[Outcome], extra: Sequence[Part], around: Surroundings
) -> list[Coverage]:
    """Return the line of a top-level probe, followed by one line for each of its parts.

    ``outcomes`` are the probe's own (if it exists) and those of its parts; ``extra`` are parts
    that are nobody's result.
    """
    parts: list[Coverage] = []
    own = _whole(probe, outcomes, around)
    for outcome in outcomes:
        line = _line(outcome, around)
        if outcome.probe == probe:
            own = line
        else:
            parts.append(line)
        parts += [_part_line(part, around) for part in _parts(outcome)]
    parts += [_part_line(part, around) for part in extra]
    return [_gathered(own, parts), *parts]


def environment_part(removed: Sequence[str]) -> Part:
    """Return the part that tells which misleading variables were set (names, never values)."""
    if not removed:
        return Part("host.environment", Status.OK)
    verb = "was" if len(removed) == 1 else "were"
    reason = f"{', '.join(removed)} {verb} set and {verb} removed for the probes"
    return Part("host.environment", Status.OK, reason)


def hidden_by(outcome: Outcome) -> tuple[Hidden, ...]:
    """Return what could hide in the hole that ``outcome`` left.

    A probe that answered may say so itself. A top-level probe that was not run at all leaves
    the same hole as one that crashed; an optional part that was not run leaves none.
    """
    if outcome.result is not None and outcome.result.could_hide:
        return outcome.result.could_hide
    whole = "." not in outcome.probe and outcome.status is Status.NOT_RUN
    return _HIDES.get(outcome.probe, ()) if whole or outcome.status in _HOLES else ()


def _parts(outcome: Outcome) -> tuple[Part, ...]:
    return outcome.result.parts if outcome.result is not None else ()


def _line(outcome: Outcome, around: Surroundings) -> Coverage:
    return Coverage(
        probe=outcome.probe,
        status=outcome.status,
        reason=_presentable(outcome.reason),
        duration_s=round(outcome.duration_s, 3),
        privilege=around.privilege,
        could_hide=hidden_by(outcome),
    )


def _part_line(part: Part, around: Surroundings) -> Coverage:
    """A part is timed with the probe that reports it, and so adds no seconds of its own."""
    reason = _presentable(part.reason)
    return Coverage(part.name, part.status, reason, 0.0, around.privilege, part.could_hide)


def _whole(probe: str, outcomes: Sequence[Outcome], around: Surroundings) -> Coverage:
    """The line of a probe that is made of its parts alone, or that does not exist yet."""
    if not outcomes:
        return Coverage(probe, Status.NOT_RUN, "not built yet", 0.0, around.privilege)
    if all(outcome.status is Status.NOT_RUN for outcome in outcomes):
        reason = _presentable(outcomes[0].reason)
        return Coverage(probe, Status.NOT_RUN, reason, 0.0, around.privilege)
    spent = round(sum(outcome.duration_s for outcome in outcomes), 3)
    return Coverage(probe, Status.OK, None, spent, around.privilege)


def _gathered(own: Coverage, parts: Sequence[Coverage]) -> Coverage:
    counted = [part for part in parts if part.status is not Status.NOT_RUN]
    status = worst((own.status, *(part.status for part in counted)))
    hidden = {subject for line in (own, *parts) for subject in line.could_hide}
    reasons = [own.reason] if own.reason else []
    if status is not own.status:
        cause = next(part for part in counted if part.status is status)
        reasons.append(f"{cause.probe}: {cause.reason or cause.status.value}")
    return replace(
        own,
        status=status,
        reason=clean("; ".join(reasons)),
        could_hide=tuple(subject for subject in Hidden if subject in hidden),
    )


def _presentable(reason: str | None) -> str | None:
    return None if reason is None else clean(without_home(reason))
