"""Under which conditions something was measured: load, steal, clocks, and whether it was alone.

A thread looks at the machine while the timed work runs. Relies on /proc/loadavg, /proc/stat
(proc(5); fields in clock ticks, ``steal`` the eighth) and cpufreq in sysfs
(Documentation/admin-guide/pm/cpufreq.rst), or "cpu MHz" of /proc/cpuinfo where there is none.
"""

from __future__ import annotations

import math
import re
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.sampling import Busy
from gauger_probes.roots import Roots
from gauger_probes.sysfs import PAGE, read_bytes, read_int, read_text

#: Below this part of wall time × threads spent on the CPU, others took a share that shows.
#: Undisturbed multiplications and copies reach 0.97 to 1.00.
LEAST_CPU_TIME = 0.9
#: Above this part of all CPU time taken by the hypervisor for other guests, medians move by more
#: than half of what they do from run to run on a virtual machine anyway (reproducibility.toml).
MOST_STEAL = 0.05

#: Seconds between two looks, and before the first: a look costs less than a millisecond.
_INTERVAL_S, _FIRST_S = 0.5, 0.05
#: CPUs whose clock is read in one look; reading one can interrupt it.
_MAX_CLOCKS = 64

_LOADAVG = re.compile(r"([0-9.]{1,12}) [0-9.]+ [0-9.]+ ([0-9]{1,7})/[0-9]+ [0-9]+")
_TICKS = re.compile(rb"cpu +((?:[0-9]{1,20} ?){8,})")
_MEGAHERTZ = re.compile(rb"^cpu MHz\s*: ([0-9]{1,6}\.?[0-9]{0,6})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Look:
    """The machine at one moment; a field is ``None`` (or empty) where nothing states it.

    ``run_queue`` counts the tasks that run or wait to, on all CPUs, ours included.
    """

    load_average: float | None
    run_queue: int | None
    steal_ticks: int | None
    all_ticks: int | None
    clocks_hz: tuple[float, ...]
    clock_source: str | None


class Watch:
    """Looks at the machine before, while and after the body of a ``with`` statement runs."""

    def __init__(self, roots: Roots, cpus: Sequence[int]) -> None:
        self._roots = roots
        self._cpus = tuple(cpus)[:: max(1, math.ceil(len(cpus) / _MAX_CLOCKS))]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._looks: list[Look] = []

    def __enter__(self) -> Watch:
        self._looks.append(look(self._roots, self._cpus))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._looks.append(look(self._roots, self._cpus))

    @property
    def watching(self) -> bool:
        """Whether the thread still looks."""
        return self._thread.is_alive()

    def conditions(self, busy: Busy) -> dict[str, JsonValue]:
        """Return what was seen, as JSON values; ``busy`` is the work that was timed."""
        found = describe(self._looks, busy)
        found["governor"] = _governor(self._roots, self._cpus)
        return found

    def _keep_looking(self) -> None:
        wait_s = _FIRST_S
        while not self._over.wait(wait_s):
            self._looks.append(look(self._roots, self._cpus))
            wait_s = _INTERVAL_S


def describe(looks: Sequence[Look], busy: Busy) -> dict[str, JsonValue]:
    """Return the conditions that ``looks`` (the first before, the last after) amount to.

    Clocks and run queue are those seen while the work ran, or right after where it was too short.
    """
    before, after = looks[0], looks[-1]
    during = looks[1:-1] or looks[-1:]
    steal = _steal_fraction(before, after)
    fraction = busy.fraction
    queue = [each.run_queue for each in during if each.run_queue is not None]
    return {
        "contended": _contended(fraction, steal),
        "cpuTimeFraction": _rounded(fraction),
        "threads": busy.threads,
        "stealFraction": _rounded(steal),
        "loadAverage1": before.load_average,
        "loadAverage1After": after.load_average,
        "runQueueMedian": statistics.median(queue) if queue else None,
        "runQueueMax": max(queue, default=None),
        **_clocks(during),
    }


def look(roots: Roots, cpus: Sequence[int]) -> Look:
    """Return what the machine shows now. Never raises for what it does not show."""
    match = _LOADAVG.fullmatch(read_text(roots, "proc/loadavg") or "")
    steal, total = _ticks(roots)
    clocks, source = _current_clocks(roots, cpus)
    return Look(
        load_average=float(match[1]) if match else None,
        run_queue=int(match[2]) if match else None,
        steal_ticks=steal,
        all_ticks=total,
        clocks_hz=clocks,
        clock_source=source,
    )


def _contended(fraction: float | None, steal: float | None) -> bool:
    return (fraction is not None and fraction < LEAST_CPU_TIME) or (
        steal is not None and steal > MOST_STEAL
    )


def _steal_fraction(before: Look, after: Look) -> float | None:
    ticks = (before.steal_ticks, before.all_ticks, after.steal_ticks, after.all_ticks)
    stolen_0, all_0, stolen_1, all_1 = (math.nan if tick is None else tick for tick in ticks)
    # Not taken where nothing states it, nor where counters went back or stood still.
    return (stolen_1 - stolen_0) / (all_1 - all_0) if all_1 > all_0 else None


def _clocks(during: Sequence[Look]) -> dict[str, JsonValue]:
    clocks = [clock for each in during for clock in each.clocks_hz]
    sources = [each.clock_source for each in during if each.clock_source is not None]
    return {
        "clockHzMin": min(clocks, default=None),
        "clockHzMedian": statistics.median(clocks) if clocks else None,
        "clockHzMax": max(clocks, default=None),
        "clockSource": sources[0] if sources else None,
    }


def _ticks(roots: Roots) -> tuple[int | None, int | None]:
    """Return steal and the sum of user to steal; guest time is part of user time."""
    try:
        match = _TICKS.match(read_bytes(roots, "proc/stat", PAGE))
    except OSError:
        return None, None
    if not match:
        return None, None
    ticks = [int(number) for number in match[1].split()[:8]]
    return ticks[7], sum(ticks)


def _current_clocks(roots: Roots, cpus: Sequence[int]) -> tuple[tuple[float, ...], str | None]:
    paths = [f"devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq" for cpu in cpus]
    kilohertz = [read_int(roots, f"sys/{path}", 10) for path in paths]
    clocks = tuple(value * 1e3 for value in kilohertz if value is not None and value > 0)
    if clocks:
        return clocks, "sysfs:cpufreq/scaling_cur_freq"
    try:
        stated = _MEGAHERTZ.findall(read_bytes(roots, "proc/cpuinfo"))
    except OSError:
        return (), None
    clocks = tuple(float(value) * 1e6 for value in stated)
    return clocks, "procfs:cpuinfo" if clocks else None


def _governor(roots: Roots, cpus: Sequence[int]) -> str | None:
    """Return the scaling governor; names of several are joined by a comma."""
    paths = [f"sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor" for cpu in cpus]
    names = {name for path in paths if (name := read_text(roots, path)) is not None}
    return ", ".join(sorted(names)) or None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
