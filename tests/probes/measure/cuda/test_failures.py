"""Devices without memory, lost, hanging, and several of them: each costs itself only."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from gauger_probes.measure.backends.cuda.backend import CudaBackend
from gauger_probes.measure.backends.protocol import (
    DeviceLostError,
    Direction,
    Engine,
    Gallery,
    Precision,
    Shape,
)
from support.cuda_stand_in import Machine

SHAPE = Shape(32, 48, 64)
TWO: tuple[dict[str, str | float], ...] = (
    {"bus": "0000:65:00.0", "name": "first"},
    {"bus": "0000:CA:00.0", "name": "second"},
)

#: What a child of the runner would do with one device, spelt out for a process of its own.
CHILD = """
import sys
from pathlib import Path
from gauger_probes.measure.backends.cuda.backend import CudaBackend
from gauger_probes.measure.backends.protocol import Precision, Shape
from gauger_probes.roots import Roots
engines = {each.id: each for each in CudaBackend(Roots(Path(sys.argv[1])), lambda _: []).engines()}
work = engines[sys.argv[2]].gemm(Precision.FP16, Shape(32, 48, 64), 1)
print("prepared", flush=True)
work.run(1)
work.check()
print("done", flush=True)
"""


def child(machine: Machine, device: str) -> subprocess.Popen[str]:
    """Measure ``device`` in a process of its own."""
    command = [sys.executable, "-I", "-c", CHILD, str(machine.root), device]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_no_room_on_the_device_is_a_memory_error_and_leaves_nothing_behind(
    engine: Engine, machine: Machine
) -> None:
    machine.tell_devices({"memory": 40 << 20})
    with pytest.raises(MemoryError, match=r"cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY \(2\)"):
        engine.gemm(Precision.FP32, Shape(2048, 2048, 2048), seed=1)
    with pytest.raises(MemoryError):
        engine.copy(Direction.WITHIN, 30 << 20, seed=1)
    assert engine.memory_bytes == int(0.9 * (40 << 20))
    work = engine.gemm(Precision.FP32, SHAPE, seed=1)
    work.check()
    work.close()


def test_no_room_on_the_host_is_a_memory_error(engine: Engine, machine: Machine) -> None:
    machine.tell(fail__cuMemAllocHost_v2=2)
    with pytest.raises(MemoryError):
        engine.copy(Direction.TO_DEVICE, 1000, seed=1)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("cuStreamCreate", 2),
        ("cuMemcpyHtoD_v2", 2),
        ("cuEventCreate", 2),
        ("cublasLtCreate", 3),
        ("cublasLtMatmulDescCreate", 3),
        ("cublasLtMatrixLayoutCreate", 3),
        ("cublasLtMatmulPreferenceCreate", 3),
    ],
)
def test_no_room_half_way_leaves_nothing_behind(
    engine: Engine, machine: Machine, call: str, code: int
) -> None:
    machine.tell(**{f"fail__{call}": code})
    with pytest.raises(MemoryError, match=call):
        engine.gemm(Precision.FP16, SHAPE, seed=1)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("cuEventSynchronize", 719),
        ("cuEventSynchronize", 700),
        ("cuEventRecord", 999),
        ("cublasLtMatmul", 13),
        ("cublasLtMatmul", 14),
    ],
)
def test_a_device_lost_at_work_is_lost_and_can_still_be_closed(
    engine: Engine, machine: Machine, call: str, code: int
) -> None:
    work = engine.gemm(Precision.FP16, SHAPE, seed=1)
    machine.tell(**{f"fail__{call}": code})
    with pytest.raises(DeviceLostError, match=rf"{call}: .*{code}"):
        work.run(1)
    work.close()
    engine.close()
    machine.reset()


def test_what_a_lost_device_took_with_it_is_not_asked_back(
    engine: Engine, machine: Machine
) -> None:
    work = engine.gemm(Precision.FP16, SHAPE, seed=1)
    failing = ("MatmulDescDestroy", "MatrixLayoutDestroy", "Destroy")
    machine.tell(**{f"fail__cublasLt{name}": 14 for name in failing})
    work.close()
    engine.close()
    assert "cublasLtDestroy" in machine.calls()
    machine.reset()


def test_after_an_error_that_stays_nothing_works_and_all_can_be_closed(
    engine: Engine, machine: Machine
) -> None:
    work = engine.gemm(Precision.FP16, SHAPE, seed=1)
    copy = engine.copy(Direction.WITHIN, 5000, seed=1)
    machine.tell(fail__cuEventSynchronize=719)
    with pytest.raises(DeviceLostError):
        work.run(1)
    machine.tell()
    for attempt in (
        lambda: work.run(1),
        work.check,
        copy.check,
        lambda: engine.gemm(Precision.FP32, SHAPE, seed=1),
        lambda: engine.copy(Direction.WITHIN, 10, seed=1),
    ):
        with pytest.raises(DeviceLostError, match="CUDA_ERROR_LAUNCH_FAILED"):
            attempt()
    work.close()
    copy.close()
    engine.close()
    machine.reset()


@pytest.mark.parametrize("code", [46, 2, 999])
def test_a_device_that_cannot_be_opened_leaves_the_other_one_working(
    backend: CudaBackend, machine: Machine, code: int
) -> None:
    machine.tell_devices({**TWO[0], "unavailable": code}, TWO[1])
    first, second = backend.engines()
    with pytest.raises((DeviceLostError, MemoryError), match=rf"CtxRetain.*\({code}\)"):
        first.gemm(Precision.FP16, SHAPE, seed=1)
    work = second.gemm(Precision.FP16, SHAPE, seed=1)
    work.check()
    work.close()
    first.close()
    second.close()
    assert machine.held() == 0


def test_a_device_that_does_not_answer_is_counted_and_says_why(
    backend: CudaBackend, machine: Machine
) -> None:
    machine.tell_devices(TWO[0], {**TWO[1], "lost": 999})
    first, second = backend.engines()
    assert (first.id, second.id) == ("0000:65:00.0", "cuda:1")
    assert second.properties() == {"problem": "cuDeviceGet: CUDA_ERROR_UNKNOWN (999)"}
    for attempt in (
        lambda: second.memory_bytes,
        second.precisions,
        lambda: second.gemm(Precision.FP16, SHAPE, seed=1),
        lambda: second.copy(Direction.WITHIN, 10, seed=1),
        lambda: second.search(Precision.FP16, Gallery(10, 1), seed=1),
    ):
        with pytest.raises(DeviceLostError, match="cuDeviceGet"):
            attempt()
    second.close()


def test_two_devices_work_side_by_side_without_touching_each_other(
    backend: CudaBackend, machine: Machine
) -> None:
    machine.tell_devices(*TWO)
    engines = backend.engines()
    works = [each.gemm(Precision.FP32, SHAPE, seed) for seed, each in enumerate(engines)]
    copies = [each.copy(Direction.TO_HOST, 5000, seed) for seed, each in enumerate(engines)]
    for work in (*works, *copies, *reversed(works), *copies):
        work.run(2)
    for work in (*works, *copies):
        work.check()
    for work in (*works, *copies):
        work.close()
    for engine in engines:
        engine.close()
    assert machine.refused() == []
    assert machine.held() == 0


def test_finding_devices_opens_none_of_them(backend: CudaBackend, machine: Machine) -> None:
    machine.tell_devices(*TWO)
    engines = backend.engines()
    assert [each.id for each in engines] == ["0000:65:00.0", "0000:ca:00.0"]
    assert [each.properties()["name"] for each in engines] == ["first", "second"]
    assert "cuDevicePrimaryCtxRetain" not in machine.calls()
    engines[1].copy(Direction.WITHIN, 10, seed=1).close()
    assert machine.calls().count("cuDevicePrimaryCtxRetain") == 1
    engines[1].close()


def test_a_device_that_hangs_is_killed_from_outside_and_its_neighbour_measured(
    machine: Machine,
) -> None:
    machine.tell_devices(*TWO, hang__cuEventSynchronize=1, after__cuEventSynchronize=30)
    stuck = child(machine, "0000:65:00.0")
    deadline_s = time.monotonic() + 60
    while machine.calls().count("cuEventSynchronize") <= 30 and time.monotonic() < deadline_s:
        time.sleep(0.05)
    with pytest.raises(subprocess.TimeoutExpired):
        stuck.communicate(timeout=1)
    stuck.kill()
    stuck.communicate(timeout=10)
    assert stuck.returncode == -signal.SIGKILL
    assert machine.calls()[-1] == "cuEventSynchronize"
    machine.tell_devices(*TWO)
    out, _ = child(machine, "0000:ca:00.0").communicate(timeout=60)
    assert out == "prepared\ndone\n"


def test_a_device_that_was_reset_works_again_in_a_new_process(machine: Machine) -> None:
    machine.tell_devices(*TWO, fail__cuEventSynchronize=719)
    first = child(machine, "0000:65:00.0")
    out, problem = first.communicate(timeout=60)
    assert out == ""
    assert "DeviceLostError: cuEventSynchronize: CUDA_ERROR_LAUNCH_FAILED (719)" in problem
    machine.tell_devices(*TWO)
    out, _ = child(machine, "0000:65:00.0").communicate(timeout=60)
    assert out == "prepared\ndone\n"
