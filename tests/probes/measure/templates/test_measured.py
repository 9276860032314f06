"""What is measured of the networks, how time is divided, and what becomes of what fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.templates import rate
from gauger_probes.measure.templates.forms import FORMS
from gauger_probes.measure.templates.graph import FACES
from gauger_probes.measure.templates.measure import measure
from gauger_probes.measure.templates.networks import CHECKED, NETWORKS, TRIAL, Network
from gauger_probes.measure.templates.pace import Pace, needed_bytes, pace
from gauger_probes.measure.templates.streams import Array, Run, run
from gauger_probes.result import Part
from support.fake_clock import FakeClock
from support.kernel_tree import kernel_tree

_MOBILE = NETWORKS[0]
_PLAIN = next(iter(FORMS))
_GIB = 1024 * 1024


def _bench(tmp_path: Path, free_gib: float, clock: FakeClock | None = None) -> Bench:
    """Return a machine of one CPU, which leaves an eighth of what is free to measuring."""
    roots = kernel_tree(tmp_path, {"proc/meminfo": f"MemAvailable: {int(free_gib * _GIB)} kB\n"})
    generator = np.random.default_rng(5)
    if clock is None:
        return Bench(roots, Bench().cpus[:1], generator)
    return Bench(roots, Bench().cpus[:1], generator, clock.stopwatch())


def _macs(session: Session, faces: Array) -> int:
    """Return what a face of this size costs in the network that takes it."""
    return {112: _MOBILE.macs, 56: TRIAL.macs, 28: CHECKED.macs}[faces.shape[-1]]


def _at(clock: FakeClock, macs_per_s: float) -> Run:
    """Return a run that is right and takes what it would at so many macs a second."""

    def timed(session: Session, faces: Array) -> Array:
        clock.work(len(faces) * _macs(session, faces) / macs_per_s)
        return run(session, faces)

    return timed


def test_this_machine_is_measured_with_an_interval_and_its_conditions(tmp_path: Path) -> None:
    window = Window.lasting(time.perf_counter(), 4.0)
    found = measure(window, _bench(tmp_path, 2.0))
    measured = found[0]
    assert isinstance(measured, Measurement)
    assert (measured.quantity, measured.precision, measured.unit) == ("templates", "fp32", "1/s")
    assert 0 < measured.low <= measured.median <= measured.high
    conditions: Any = measured.conditions
    assert conditions["network"] == "MobileFaceNet"
    assert conditions["macs"] == 221_161_984
    assert conditions["operationsPerFace"] == 2 * conditions["macs"]
    assert conditions["provider"] == "CPUExecutionProvider"
    assert conditions["provider"] in conditions["providersAtHand"]
    assert conditions["prelu"] in FORMS
    assert set(conditions) >= {"contended", "cpuTimeFraction", "best", "library", "streams"}
    assert measured == from_json(Measurement, to_json(measured))


def test_networks_that_memory_does_not_hold_say_so(tmp_path: Path) -> None:
    clock = FakeClock()
    found = measure(Window.lasting(0.0, 50.0), _bench(tmp_path, 2.0, clock), _at(clock, 1e8))
    parts = [item for item in found if isinstance(item, Part)]
    assert [part.name for part in parts] == [
        "measure.templates.IResNet-50",
        "measure.templates.IResNet-100",
    ]
    assert {part.status for part in parts} == {Status.NOT_RUN}
    assert all("MiB of memory, of which 256 may be filled" in str(part.reason) for part in parts)


def test_networks_that_time_does_not_allow_are_left_out_before_they_are_built(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    # A run of IResNet-50 takes 63 s.
    found = measure(Window.lasting(0.0, 50.0), _bench(tmp_path, 64.0, clock), _at(clock, 1e8))
    assert isinstance(found[0], Measurement)
    parts = [item for item in found if isinstance(item, Part)]
    assert [part.name[-3:] for part in parts] == ["-50", "100"]
    assert all("is foreseen to take" in str(part.reason) for part in parts)
    assert clock.now_s <= 50.0 * 1.15


def _rate(tmp_path: Path, run_s: float, fixed_s: float = 0.0) -> Measurement:
    """Return MobileFaceNet measured where a run costs ``run_s`` for each face, and a bit."""
    clock = FakeClock(threads=1)

    def timed(session: Session, faces: Array) -> Array:
        clock.work(fixed_s + len(faces) * run_s)
        return run(session, faces)

    bench = _bench(tmp_path, 64.0, clock)
    known = Pace(_PLAIN, 0.0, run_s / _MOBILE.macs)
    return rate.measure(_MOBILE, Window.lasting(0.0, 100.0), bench, known, timed)


def test_faces_are_counted_by_batch_and_the_best_manner_is_the_result(tmp_path: Path) -> None:
    found = _rate(tmp_path, 1.0, fixed_s=1.0)
    conditions: Any = found.conditions
    assert conditions["batch"] == 8
    assert found.median == pytest.approx(8 / 9)
    assert found.samples >= MIN_SAMPLES
    assert conditions["best"] == pytest.approx(8 / 9)
    assert conditions["cpuTimeRate"] == pytest.approx(8 / 9)
    (single,) = conditions["variants"]
    assert (single["streams"], single["batch"]) == (1, 1)
    assert single["median"] == pytest.approx(0.5)


def test_every_cpu_has_faces_of_its_own_and_all_of_them_count(tmp_path: Path) -> None:
    clock = FakeClock(threads=2)
    seen: list[Array] = []

    def timed(session: Session, faces: Array) -> Array:
        seen.append(faces)
        clock.work(1.0)
        return run(session, faces)

    cpus = Bench().cpus[:1] * 2
    roots = _bench(tmp_path, 64.0).roots
    bench = Bench(roots, cpus, np.random.default_rng(5), clock.stopwatch())
    known = Pace(_PLAIN, 0.0, 1.0 / _MOBILE.macs)
    found = rate.measure(_MOBILE, Window.lasting(0.0, 160.0), bench, known, timed)
    assert (found.conditions["streams"], found.conditions["batch"]) == (2, 8)
    # The clock adds up what the two do at the same time.
    assert found.median == pytest.approx(16 / 2)
    singles = [faces for faces in seen if len(faces) == 1]
    assert len({float(faces[0, 0, 0, 0]) for faces in singles}) == 2


def test_a_slow_machine_sends_one_face_at_a_time(tmp_path: Path) -> None:
    found = _rate(tmp_path, 8.0)
    assert found.conditions["batch"] == 1
    assert found.conditions["variants"] == []


def _spoilt(what: Callable[[Array], Array], when: Callable[[Array], bool]) -> Run:
    def spoil(session: Session, faces: Array) -> Array:
        found = run(session, faces)
        return what(found) if when(faces) else found

    return spoil


def _large(faces: Array) -> bool:
    return bool(faces.shape[-1] == 112)


def _many(faces: Array) -> bool:
    return len(faces) > 1


_FAULTS: dict[str, tuple[Run, str]] = {
    "NaN": (_spoilt(lambda found: found * np.nan, _large), "not"),
    "infinite": (
        _spoilt(lambda found: found / np.float32(0), lambda faces: len(faces) > 1),
        "finite",
    ),
    "constant": (_spoilt(np.zeros_like, _large), "same template"),
    "neighbours": (
        _spoilt(lambda found: found[::-1], _many),
        "in a batch",
    ),
    "fewer": (_spoilt(lambda found: found[:-1], _many), "finite"),
}


@pytest.mark.parametrize("fault", list(_FAULTS))
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_templates_that_are_wrong_are_refused(fault: str, tmp_path: Path) -> None:
    how, why = _FAULTS[fault]
    bench = _bench(tmp_path, 64.0)
    window = Window.lasting(time.perf_counter(), 60.0)
    with pytest.raises(WrongResultError, match=why):
        rate.measure(_MOBILE, window, bench, Pace(_PLAIN, 0.0, 1e-12), how)


@pytest.mark.parametrize("factor", [1.002, np.nan])
def test_a_runtime_that_numpy_contradicts_is_not_measured(factor: float, tmp_path: Path) -> None:
    def wrong(session: Session, faces: Array) -> Array:
        return run(session, faces) * np.float32(factor)

    (part,) = measure(Window.lasting(time.perf_counter(), 4.0), _bench(tmp_path, 2.0), wrong)
    assert isinstance(part, Part)
    assert (part.name, part.status) == ("measure.templates", Status.CRASHED)
    assert "numpy computes too" in str(part.reason)


def test_one_network_that_fails_is_a_part_of_its_own(tmp_path: Path) -> None:
    how = _spoilt(np.zeros_like, _large)
    found = measure(Window.lasting(time.perf_counter(), 4.0), _bench(tmp_path, 2.0), how)
    (crashed,) = [
        item for item in found if isinstance(item, Part) and item.status is Status.CRASHED
    ]
    assert crashed.name == "measure.templates.MobileFaceNet"
    assert "WrongResultError" in str(crashed.reason)


def test_without_onnxruntime_the_part_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (part,) = measure(Window.lasting(time.perf_counter(), 4.0), _bench(tmp_path, 2.0))
    assert isinstance(part, Part)
    assert (part.status, part.reason) == (Status.UNAVAILABLE, "onnxruntime is missing")


@pytest.mark.parametrize("faster", list(FORMS))
def test_the_form_that_runs_faster_is_chosen(faster: str, tmp_path: Path) -> None:
    clock = FakeClock()
    order = list(FORMS)
    seen: dict[int, str] = {}

    def timed(session: Session, faces: Array) -> Array:
        if faces.shape[-1] == 56:
            form = seen.setdefault(id(session), order[min(len(seen), 1)])
            kept.append(session)
            clock.work(1.0 if form == faster else 1.5)
        return run(session, faces)

    kept: list[Session] = []
    found = pace(Window.lasting(0.0, 50.0), _bench(tmp_path, 2.0, clock), timed)
    assert found.form == faster
    assert found.run_s == pytest.approx(1.0 / TRIAL.macs)


def test_a_slow_machine_is_tried_with_little(tmp_path: Path) -> None:
    clock = FakeClock()
    window = Window.lasting(0.0, 50.0)
    found = pace(window, _bench(tmp_path, 2.0, clock), _at(clock, 5e7))
    assert clock.now_s < 10
    assert found.run_s == pytest.approx(1 / 5e7)


def test_what_a_network_needs_grows_with_weights_and_work() -> None:
    known = Pace(_PLAIN, ready_s=1e-8, run_s=1e-11)
    small, middle, large = (known.needed_s(network) for network in NETWORKS)
    assert small < middle < large
    assert large == pytest.approx(0.652 + 10 * 0.1209, rel=0.01)
    assert needed_bytes(NETWORKS[2], 2) == 24 * 65_225_792 + 2 * 32 * 1024 * 1024


@pytest.mark.parametrize(("macs_per_s", "least_s"), [(1e12, 30.0), (2e9, 5.0)])
def test_the_networks_take_their_time_in_turns_and_stay_in_the_window(
    macs_per_s: float, least_s: float, tmp_path: Path
) -> None:
    windows: list[Window] = []

    def spy(network: Network, window: Window, *_: Any) -> Measurement:
        windows.append(window)
        raise MemoryError("not here")

    clock = FakeClock()
    bench = _bench(tmp_path, 64.0, clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate, "measure", spy)
        found = measure(Window.lasting(0.0, 100.0), bench, _at(clock, macs_per_s))
    assert [item.name for item in found if isinstance(item, Part)] == [
        f"measure.templates.{network.name}" for network in NETWORKS
    ]
    assert len(windows) == 3
    lasts = [window.end_s - window.begin_s for window in windows]
    assert lasts[0] >= least_s, "what nobody needs is divided equally, and none gets too little"
    assert all(window.end_s <= 100.0 + 1e-9 for window in windows)


def test_time_that_one_network_takes_is_not_left_for_the_next(tmp_path: Path) -> None:
    clock = FakeClock()
    # Ten runs take 70 s and 134 s: each fits the window, both together do not.
    how = _at(clock, 0.9e9)
    found = measure(Window.lasting(0.0, 160.0), _bench(tmp_path, 64.0, clock), _by_size(how))
    assert [item.name for item in found if isinstance(item, Part)] == [
        "measure.templates.MobileFaceNet",
        "measure.templates.IResNet-50",
        "measure.templates.IResNet-100",
    ]
    last = found[-1]
    assert isinstance(last, Part)
    assert "is foreseen to take" in str(last.reason)


def _by_size(how: Run) -> Run:
    """Return a run that fails for the networks themselves, before they cost time."""

    def small(session: Session, faces: Array) -> Array:
        if _large(faces):
            raise MemoryError("not here")
        return how(session, faces)

    return small


def test_faces_are_random_and_never_zeros(tmp_path: Path) -> None:
    seen: list[Array] = []

    def spy(session: Session, faces: Array) -> Array:
        seen.append(faces)
        return run(session, faces)

    bench = _bench(tmp_path, 64.0)
    rate.measure(
        _MOBILE, Window.lasting(time.perf_counter(), 1.0), bench, Pace(_PLAIN, 0.0, 1e-10), spy
    )
    assert FACES == "faces"
    for faces in seen:
        assert faces.dtype == np.float32
        assert float(faces.std()) == pytest.approx(1.0, abs=0.05)
