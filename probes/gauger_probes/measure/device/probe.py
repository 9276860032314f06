"""Measures every device that a backend reaches: one by one, then all at once.

Each device is measured by a process of its own, through the first backend that reaches it. What
one costs by hanging, crashing or being reset is its own. A device in use by others is left alone.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gauger_probes.accelerators.cpu_device import CPU_ID
from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.table import BACKENDS, BackendSpec
from gauger_probes.measure.device.hear import Heard, hear
from gauger_probes.measure.device.in_use import users
from gauger_probes.measure.device.job import Job, Listed
from gauger_probes.measure.device.worker import PROGRAM
from gauger_probes.measure.reproducibility import reproducible
from gauger_probes.result import Context, Measured, Part, Progress, Result

_NAME = "measure.devices"
#: Seconds that a backend has to list its devices: a driver starts slowly, and may hang.
_LISTING_S = 20.0
#: Part of the budget in which all devices multiply at once, where there are several.
_AT_ONCE = 0.15
#: Relative shares of the kinds of work, where a device is measured through several backends.
_WEIGHTS = {"gemm": 5.0, "copy": 1.0, "search": 3.0, "templates": 3.0}
#: What is measured for the 1-to-many capacity: if a backend that offers it fails, another is asked.
_CAPACITY = {"search": "gallerySearch", "templates": "templates"}
#: Seconds beyond its share that a device may take to be opened, filled and checked.
_GRACE_S = 30.0
#: The limit of the probe lies this much above what the devices may take together.
_LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """A device, and the backends that reach it, in the order of the table.

    ``unasked`` are the names of those of which that is only taken for granted.
    """

    device: Listed
    backends: tuple[BackendSpec, ...]
    unasked: frozenset[str] = frozenset()

    @property
    def backend(self) -> BackendSpec:
        """The first."""
        return self.backends[0]


def probe(
    context: Context, backends: Sequence[BackendSpec] = BACKENDS, program: str = PROGRAM
) -> Result:
    """Measure every device; ``program`` is what each device's process runs."""
    if context.roots.captured:
        return Result(status=Status.NOT_RUN, reason="a captured tree has no device to measure")
    began_s = time.monotonic()
    targets, missing = _targets(backends, program)
    if not targets:
        reason = "; ".join(missing) or "no device that a backend reaches"
        return Result(status=Status.NOT_RUN, reason=reason)
    free, parts = _free(targets, context)
    together = _AT_ONCE if len(free) > 1 else 0.0
    end_s = began_s + context.options.budget_s * (1 - together)
    measured: dict[str, list[Measurement]] = {}
    for at, target in enumerate(free):
        _tell(context, time.monotonic() - began_s, f"measuring {target.device.id}")
        share_s = max(_LEAST_S, (end_s - time.monotonic()) / (len(free) - at))
        taken, gaps = _one(target, share_s, program)
        measured[target.device.id] = taken
        parts += gaps
    if together:
        _tell(context, time.monotonic() - began_s, "measuring all devices at once")
        parts += _all_at_once(free, measured, context.options.budget_s * together, program)
    return Result(
        measured=tuple(_repeatable(name, found) for name, found in measured.items() if found),
        status=Status.PARTIAL if any(map(_is_gap, parts)) else Status.OK,
        parts=tuple(parts),
    )


def _repeatable(name: str, found: Iterable[Measurement]) -> Measured:
    """Widen what was found to what another run would find; a hypervisor is not asked for."""
    return Measured(name, tuple(reproducible(item, "accelerator", virtual=False) for item in found))


def _is_gap(part: Part) -> bool:
    return part.status is not Status.NOT_RUN


def _targets(backends: Sequence[BackendSpec], program: str) -> tuple[list[Target], list[str]]:
    """Every device with the backends that reach it, and why backends reach none.

    A slow backend is not asked where others that come before it reach every device that is known:
    it is taken to reach them too, and says so itself if it does not.
    """
    listed: dict[str, Listed] = {}
    reached: dict[str, list[BackendSpec]] = {}
    missing: list[str] = []
    unasked: set[str] = set()
    for spec in sorted(backends, key=lambda each: each.slow):
        if spec.slow and _all_reached_before(spec, backends, reached):
            unasked.add(spec.name)
            heard = Heard(listed=list(listed.values()))
        else:
            heard = hear(Job(spec.target, None, 0.0, gone_s=_LISTING_S), program, _LISTING_S)
        for device in heard.listed:
            if device.id.partition("-")[0] != CPU_ID:
                listed.setdefault(device.id, device)
                reached.setdefault(device.id, []).append(spec)
        missing += [f"{spec.name}: {item.problem}" for item in heard.problems]
    targets = [
        Target(device, tuple(sorted(reached[name], key=backends.index)), frozenset(unasked))
        for name, device in listed.items()
    ]
    return targets, missing


def _all_reached_before(
    slow: BackendSpec, backends: Sequence[BackendSpec], reached: Mapping[str, list[BackendSpec]]
) -> bool:
    before = set(backends[: backends.index(slow)])
    return bool(reached) and all(before & set(specs) for specs in reached.values())


def _free(targets: Sequence[Target], context: Context) -> tuple[list[Target], list[Part]]:
    free: list[Target] = []
    parts: list[Part] = []
    for target in targets:
        held = () if context.options.force else users(target.device.id, context.roots)
        if held:
            reason = f"{target.device.id} is in use by {', '.join(held)}: measure it with --force"
            parts.append(Part(f"{_NAME}.{_label(target)}", Status.NOT_RUN, reason))
        else:
            free.append(target)
    return free, parts


def _one(target: Target, share_s: float, program: str) -> tuple[list[Measurement], list[Part]]:
    """Measure one device, each kind of work through the first backend that offers it."""
    taken: list[Measurement] = []
    parts: list[Part] = []
    wanted = [part for part in _WEIGHTS if any(part in spec.parts for spec in target.backends)]
    whole = _weight(wanted)
    end_s = time.monotonic() + share_s
    for spec in target.backends:
        mine = tuple(part for part in wanted if part in spec.parts)
        if not mine:
            continue
        # What was late before leaves less, though never less than half of what was planned.
        planned_s = share_s * _weight(mine) / whole
        left_s = (end_s - time.monotonic()) * _weight(mine) / _weight(wanted)
        seconds = max(left_s, planned_s / 2)
        heard = hear(_job(spec, target, seconds, mine), program, seconds + _GRACE_S)
        taken += heard.measurements
        parts += _parts(spec, target, heard)
        found = {item.quantity for item in taken}
        wanted = [
            part
            for part in wanted
            if part not in mine or (part in _CAPACITY and _CAPACITY[part] not in found)
        ]
    return taken, parts


def _weight(parts: Iterable[str]) -> float:
    return sum(_WEIGHTS[part] for part in parts)


def _job(
    spec: BackendSpec,
    target: Target,
    seconds: float,
    parts: tuple[str, ...],
    only: str | None = None,
) -> Job:
    return Job(spec.target, target.device.id, seconds, seconds + _GRACE_S, only, parts)


def _all_at_once(
    targets: Sequence[Target],
    measured: dict[str, list[Measurement]],
    seconds: float,
    program: str,
) -> list[Part]:
    """Multiply on all devices together, each in its best precision, and note what each gave."""
    from concurrent.futures import ThreadPoolExecutor

    best = {target.device.id: _best(measured[target.device.id]) for target in targets}
    working = [target for target in targets if best[target.device.id] is not None]

    def run(target: Target) -> Heard:
        job = _job(target.backend, target, seconds, ("gemm",), best[target.device.id])
        return hear(job, program, seconds + _GRACE_S)

    with ThreadPoolExecutor(max_workers=max(1, len(working))) as pool:
        heard = list(pool.map(run, working))
    parts: list[Part] = []
    for target, found in zip(working, heard, strict=True):
        name = target.device.id
        measured[name] = [_with_all(item, found) for item in measured[name]]
        parts += _parts(target.backend, target, found)
    return parts


def _best(measurements: Sequence[Measurement]) -> str | None:
    """The precision that multiplies fastest."""
    found = [item for item in measurements if item.quantity == "gemm"]
    return max(found, key=lambda item: item.median).precision if found else None


def _with_all(item: Measurement, heard: Heard) -> Measurement:
    for other in heard.measurements:
        if (other.quantity, other.precision) == (item.quantity, item.precision):
            together: dict[str, JsonValue] = {
                "median": other.median,
                "low": other.low,
                "high": other.high,
            }
            return dataclasses.replace(item, conditions={**item.conditions, "allAtOnce": together})
    return item


def _parts(spec: BackendSpec, target: Target, heard: Heard) -> Iterator[Part]:
    for item in heard.problems:
        about = f"{item.about}: " if item.about else ""
        reason = f"{target.device.id} through {spec.name}: {about}{item.problem}"
        absent = item.status is Status.UNAVAILABLE and spec.name in target.unasked
        status = Status.NOT_RUN if absent else item.status
        yield Part(f"{_NAME}.{_label(target)}", status, reason)


def _label(target: Target) -> str:
    return target.device.id.replace(".", "-")


def _tell(context: Context, done_s: float, label: str) -> None:
    total_s = context.options.budget_s
    context.report(Progress(min(done_s, total_s), total_s, label))
