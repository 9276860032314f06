"""Films the nodes of one camera, mode by mode, and tells each figure as soon as it is known.

What a mode costs (a refusal, a stall) is that mode's; what the device costs (unplugged, in use)
ends its node. Rates come first and the slower analysis last, so that a lost process loses little.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gauger_probes.cameras import exposure
from gauger_probes.cameras.choose import Choice, choose, choose_for_detail
from gauger_probes.cameras.controls import Borrowed
from gauger_probes.cameras.film_detail import FRAMES, NoDetailError, detail_of, keep
from gauger_probes.cameras.film_figures import Exposure, Setup, frame_rate
from gauger_probes.cameras.picture import is_jpeg
from gauger_probes.cameras.rates import Rate, rate_of
from gauger_probes.cameras.stream import Device
from gauger_probes.cameras.stream_error import StreamError, Trouble
from gauger_probes.cameras.take import Take, take
from gauger_probes.cameras.v4l2_abi import BufferType
from gauger_probes.evidence.camera import Control, Mode
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.holders import holders
from gauger_probes.roots import Roots

#: After these, no other mode of the node can do better.
_FINAL = (Trouble.UNPLUGGED, Trouble.BUSY, Trouble.DENIED, Trouble.HUNG)
#: Seconds that even the smallest share leaves a mode; less would be warm-up alone.
_LEAST_S = 1.0
#: No mode is given more: a figure becomes hardly better.
_MOST_S = 4.5


@dataclass(frozen=True, slots=True)
class News:
    """One thing that was learnt: a measurement, or why there is none; ``done`` is the last.

    ``doing`` says what comes next, for whoever has to tell at what it stopped; ``analysing``:
    that needs processors rather than the camera.
    """

    measurement: Measurement | None = None
    problem: str | None = None
    status: Status = Status.OK
    doing: str | None = None
    analysing: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One capture node, and what it answered when it was asked."""

    path: str
    queue: BufferType
    modes: tuple[Mode, ...]
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """How to film: seconds for the node, what is known of its camera, where frames are kept."""

    camera: str
    seconds: float
    link_bits_per_s: float | None = None
    keep_frames: str | None = None


def film(device: Device, subject: Subject, order: Order) -> Iterator[News]:
    """Yield what filming the node brings; nothing that a camera does is raised."""
    analysed = _for_detail(subject.modes)
    choices = [*choose(subject.modes)]
    choices += [choice for choice in analysed if choice not in choices]
    if not choices:
        yield _problem(f"{subject.path} offers no mode to stream")
        return
    end_s = device.now() + order.seconds
    taken: list[tuple[Setup, Take]] = []
    for at, choice in enumerate(choices):
        setup = Setup(subject.path, choice, link_bits_per_s=order.link_bits_per_s)
        left_s = (end_s - device.now()) / (len(choices) - at)
        seconds = min(max(left_s, _LEAST_S), _MOST_S)
        yield News(doing=f"streaming {_named(setup)}")
        try:
            took = take(device, subject.queue, choice, seconds, FRAMES)
        except StreamError as problem:
            yield _problem(_said(setup, problem), _status(problem))
            if problem.trouble in _FINAL:
                break
            continue
        yield from _rated(device, subject, setup, took, seconds)
        if choice in analysed:
            taken.append((setup, took))
    for setup, took in taken:
        yield from _analysed(order, setup, took)


def _for_detail(modes: Sequence[Mode]) -> list[Choice]:
    """Return the modes whose detail is looked at: raw, and JPEG only where that is larger."""
    raw = choose_for_detail(modes)
    jpegs = [mode for mode in modes if is_jpeg(mode.pixel_format)]
    found = [raw] if raw is not None else []
    largest = max(choose(jpegs), key=lambda choice: choice.pixels, default=None)
    if largest is not None and (raw is None or largest.pixels > raw.pixels):
        found.append(largest)
    return found


def _rated(
    device: Device, subject: Subject, setup: Setup, took: Take, seconds: float
) -> Iterator[News]:
    rate = rate_of(took.records)
    if rate is None:
        yield _problem(f"{_named(setup)}: too few frames came for a rate")
        return
    yield News(measurement=frame_rate(setup, took, rate))
    if exposure.may_limit(rate.hz, setup.choice.claimed_hz, subject.controls):
        yield from _with_exposure_fixed(device, subject, setup, seconds)


def _with_exposure_fixed(
    device: Device, subject: Subject, setup: Setup, seconds: float
) -> Iterator[News]:
    fixed = replace(setup, exposure=Exposure.FIXED)
    found: tuple[Take, Rate | None] | None = None
    problem: str | None = None
    borrowed = Borrowed(device.ioctl)
    try:
        with borrowed:
            exposure.fix(borrowed, subject.controls, setup.choice.claimed_hz or 1.0)
            took = take(device, subject.queue, setup.choice, seconds, 1)
            found = took, rate_of(took.records)
    except StreamError as error:
        problem = _said(fixed, error)
    except OSError as error:
        problem = f"{_named(fixed)}: its exposure cannot be fixed ({error.strerror})"
    if borrowed.left:
        yield _problem(f"{subject.path}: could not put back {', '.join(borrowed.left)}")
    if problem is not None:
        yield _problem(problem)
    elif found is not None and found[1] is not None:
        yield News(measurement=frame_rate(fixed, found[0], found[1]))


def _analysed(order: Order, setup: Setup, took: Take) -> Iterator[News]:
    yield News(doing=f"analysing {_named(setup)}", analysing=True)
    try:
        if order.keep_frames is not None:
            keep(order.keep_frames, order.camera, setup, took)
        yield News(measurement=detail_of(setup, took))
    except NoDetailError as problem:
        yield _problem(f"{_named(setup)}: no effective detail: {problem}")
    except OSError as problem:
        yield _problem(f"the frames could not be kept: {problem.strerror}")


def _problem(text: str, status: Status = Status.PARTIAL) -> News:
    return News(problem=text, status=status)


def _said(setup: Setup, problem: StreamError) -> str:
    if problem.trouble is Trouble.BUSY:
        own = (os.getpid(), os.getppid())
        return f"{setup.node}: {problem.trouble}; {holders(Roots(), setup.node, own)}"
    where = setup.node if problem.trouble in _FINAL else _named(setup)
    return f"{where}: {problem}"


def _named(setup: Setup) -> str:
    choice = setup.choice
    return f"{setup.node} {choice.pixel_format.strip()} {choice.width}x{choice.height}"


def _status(problem: StreamError) -> Status:
    return Status.DENIED if problem.trouble is Trouble.DENIED else Status.PARTIAL
