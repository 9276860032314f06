"""Measures how fast the processors make face templates, with one network after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import Window
from gauger_probes.measure.templates import rate
from gauger_probes.measure.templates.networks import NETWORKS, Network
from gauger_probes.measure.templates.pace import Pace, needed_bytes, pace
from gauger_probes.measure.templates.streams import Run, run
from gauger_probes.result import Part

_PART = "measure.templates"
_MIB = 1024 * 1024
#: Part of the window that even the cheapest network gets, so that its samples outlast a hiccup.
_LEAST = 0.05


def measure(window: Window, bench: Bench, how: Run = run) -> tuple[Measurement | Part, ...]:
    """Measure faces per second within ``window``; one measurement for each reference network.

    A network that there is no time or memory for, or whose result is wrong, is a part that says so.
    """
    try:
        found = pace(window, bench, how)
    except (WrongResultError, MemoryError) as problem:
        return (_crashed(_PART, problem),)
    except ImportError as problem:
        return (Part(_PART, Status.UNAVAILABLE, f"{problem.name or problem} is missing"),)
    bench.tick()
    chosen, left_out = _chosen(window, bench, found)
    return (*_taken(chosen, window, bench, found, how), *left_out)


def _chosen(window: Window, bench: Bench, found: Pace) -> tuple[list[Network], list[Part]]:
    """Return the networks that fit time and memory together, and why each other one does not."""
    left_s = window.share_s(bench.stopwatch.wall())
    room = allowance(bench.roots)
    chosen, left_out = [], []
    for network in NETWORKS:
        needed_s = _needed_s(network, window, found)
        needed = needed_bytes(network, len(bench.cpus))
        if needed > room:
            why = f"it needs {needed // _MIB} MiB of memory, of which {room // _MIB} may be filled"
        elif needed_s > left_s:
            why = f"it is foreseen to take {needed_s:.1f} s, of which {left_s:.1f} s are left"
        else:
            chosen.append(network)
            left_s -= needed_s
            continue
        left_out.append(Part(_name(network), Status.NOT_RUN, why))
    return chosen, left_out


def _taken(
    chosen: Sequence[Network], window: Window, bench: Bench, found: Pace, how: Run
) -> Iterator[Measurement | Part]:
    """Yield what each network gave: it gets the time that it needs and its part of what is over."""
    for at, network in enumerate(chosen):
        now_s = bench.stopwatch.wall()
        left_s = window.share_s(now_s)
        needed_s = [_needed_s(each, window, found) for each in chosen[at:]]
        over_s = max(0.0, left_s - sum(needed_s))
        own_s = min(left_s, needed_s[0] + over_s / len(needed_s))
        own = Window.lasting(now_s, own_s)
        try:
            yield rate.measure(network, own, bench, found, how)
        except (WrongResultError, MemoryError) as problem:
            yield _crashed(_name(network), problem)


def _needed_s(network: Network, window: Window, found: Pace) -> float:
    return max(found.needed_s(network), _LEAST * (window.end_s - window.begin_s))


def _name(network: Network) -> str:
    return f"{_PART}.{network.name}"


def _crashed(name: str, problem: Exception) -> Part:
    return Part(name, Status.CRASHED, f"{type(problem).__name__}: {problem}")
