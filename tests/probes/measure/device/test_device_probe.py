"""Every device is measured by a process of its own; what one costs is its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.table import PARTS, BackendSpec
from gauger_probes.measure.device import probe as device_probe
from gauger_probes.measure.device.hear import Heard, hear
from gauger_probes.measure.device.job import Job
from gauger_probes.measure.device.probe import probe
from gauger_probes.result import Context, Options, Result
from gauger_probes.roots import Roots
from support.fake_backend import RATE
from support.trees import linked, planted

FIRST, SECOND = "0000:01:00.0", "0000:02:00.0"


def _spec(name: str) -> BackendSpec:
    return BackendSpec(name, f"support.fake_backend:open_{name}", "matrix units")


def _probed(*names: str, root: Path | None = None, force: bool = False) -> Result:
    roots = Roots() if root is None else Roots(root)
    context = Context(roots, Options(budget_s=2.0, force=force))
    return probe(context, [_spec(name) for name in names])


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_probe, "_GRACE_S", 3.0)


def _rates(result: Result) -> dict[str, set[str | None]]:
    return {
        item.accelerator: {
            entry.precision for entry in item.measurements if entry.quantity == "gemm"
        }
        for item in result.measured
    }


def test_devices_are_measured_one_by_one_and_all_at_once() -> None:
    result = _probed("two")
    assert result.status is Status.OK
    assert _rates(result) == {FIRST: {"fp16", "fp32"}, SECOND: {"fp16", "fp32"}}
    for item in result.measured:
        best = next(entry for entry in item.measurements if entry.precision == "fp16")
        assert best.median == pytest.approx(RATE)
        together = best.conditions["allAtOnce"]
        assert isinstance(together, dict)
        assert together["median"] == pytest.approx(RATE)
        assert best.high - best.median >= 0.03 * RATE * 0.99, (
            "as far off as reruns of a device were"
        )
        assert {entry.conditions["reproducibility"] for entry in item.measurements} == {0.03}
        quantities = {entry.quantity for entry in item.measurements}
        assert quantities == {
            "gemm",
            "memoryBandwidth",
            "hostDeviceBandwidth",
            "gallerySearch",
            "templates",
        }


def test_what_a_device_lacks_is_said_and_is_no_gap() -> None:
    result = _probed("two")
    said = [part for part in result.parts if "fp8" in (part.reason or "")]
    assert {part.status for part in said} == {Status.NOT_RUN}
    assert len(said) == 2


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [
        ("lost", Status.CRASHED, "was reset"),
        ("hanging", Status.TIMEOUT, "no end in time while gemm.fp32"),
        ("crashing", Status.CRASHED, "signal 6 while gemm.fp32"),
        ("surprising", Status.CRASHED, "AttributeError: module 'runtime' has no attribute"),
    ],
)
def test_a_device_that_fails_costs_itself_only_and_keeps_what_it_gave(
    name: str, status: Status, word: str
) -> None:
    result = _probed(name)
    rates = _rates(result)
    assert "fp16" in rates[FIRST]
    assert "fp32" not in rates[FIRST]
    assert {"fp16", "fp32"} <= rates[SECOND]
    assert result.status is Status.PARTIAL
    failed = [part for part in result.parts if part.status is status]
    assert any(word in (part.reason or "") and FIRST in (part.reason or "") for part in failed)


def test_a_device_that_computes_wrong_is_not_fast() -> None:
    result = _probed("wrong")
    assert "fp16" not in _rates(result)[FIRST]
    assert any("a product is wrong" in (part.reason or "") for part in result.parts)


def test_the_first_backend_that_reaches_a_device_measures_it() -> None:
    result = _probed("two", "lost")
    assert result.status is Status.OK


def test_what_the_first_backend_cannot_search_another_does() -> None:
    (device,) = [
        item for item in _probed("multiplying", "two").measured if item.accelerator == FIRST
    ]
    quantities = [item.quantity for item in device.measurements]
    assert quantities.count("gallerySearch") == 4
    assert quantities.count("gemm") == 2


def _named(name: str, parts: tuple[str, ...], *, slow: bool = False) -> BackendSpec:
    return BackendSpec(name, f"support.fake_backend:open_{name}", "matrix units", parts, slow)


def _quantities(result: Result) -> dict[str, list[str]]:
    return {
        item.accelerator: [entry.quantity for entry in item.measurements]
        for item in result.measured
    }


def test_each_kind_of_work_is_done_through_the_first_backend_that_offers_it() -> None:
    context = Context(Roots(), Options(budget_s=2.0))
    specs = [_named("two", ("gemm", "copy")), _named("lost", ("search", "templates"))]
    found = _quantities(probe(context, specs))
    for device in (FIRST, SECOND):
        assert found[device].count("gemm") == 2
        assert found[device].count("gallerySearch") == 4
        assert found[device].count("templates") == 3


def test_a_slow_backend_is_asked_once_where_others_reach_every_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str | None]] = []

    def noting(job: Job, program: str, limit_s: float) -> Heard:
        asked.append((job.backend.rpartition("_")[2], job.device))
        return hear(job, program, limit_s)

    monkeypatch.setattr(device_probe, "hear", noting)
    context = Context(Roots(), Options(budget_s=1.0))
    quick, slow = _named("wrong", ("gemm",)), _named("two", PARTS, slow=True)
    assert "templates" in _quantities(probe(context, [quick, slow]))[FIRST]
    assert [device for name, device in asked if name == "two"] == [FIRST]
    asked.clear()
    # Where it comes first, or another device might be its alone, it is asked what it reaches.
    probe(context, [slow, quick])
    assert ("two", None) in asked


def test_a_slow_backend_that_is_not_there_after_all_is_no_gap() -> None:
    context = Context(Roots(), Options(budget_s=1.0))
    specs = [_named("multiplying", ("gemm",)), _named("none", PARTS, slow=True)]
    result = probe(context, specs)
    assert result.status is Status.OK
    assert any("through none: no libfake.so.1" in (part.reason or "") for part in result.parts)


def test_processors_are_left_to_who_measures_them_better() -> None:
    result = _probed("processor", "none")
    assert result.status is Status.NOT_RUN
    assert result.measured == ()
    assert "no libfake.so.1" in (result.reason or "")


def test_a_captured_machine_is_not_measured(tmp_path: Path) -> None:
    context = Context(Roots(tmp_path, captured=True), Options(budget_s=1.0))
    assert probe(context, [_spec("two")]).status is Status.NOT_RUN


def _held_by(root: Path, program: str) -> Path:
    planted(
        root,
        {
            f"proc/driver/nvidia/gpus/{FIRST}/information": "Model: \t T4\nDevice Minor: \t 0",
            "proc/4711/comm": program,
        },
    )
    linked(root, {"proc/4711/fd/7": "/dev/nvidia0"})
    return root


def test_a_device_in_use_by_others_is_left_alone(tmp_path: Path) -> None:
    result = _probed("two", root=_held_by(tmp_path, "python3"))
    assert set(_rates(result)) == {SECOND}
    (part,) = [part for part in result.parts if "in use" in (part.reason or "")]
    assert "by python3: measure it with --force" in (part.reason or "")


def test_force_measures_it_all_the_same(tmp_path: Path) -> None:
    assert set(_rates(_probed("two", root=_held_by(tmp_path, "python3"), force=True))) == {
        FIRST,
        SECOND,
    }


def test_a_caretaker_is_no_user(tmp_path: Path) -> None:
    held = _held_by(tmp_path, "nvidia-persiste")
    assert set(_rates(_probed("two", root=held))) == {FIRST, SECOND}


def test_every_measurement_survives_the_way_to_the_manifest() -> None:
    for item in _probed("two").measured:
        for entry in item.measurements:
            assert dataclasses.replace(entry).low <= entry.median <= entry.high
