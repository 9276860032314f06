"""What devices are found, what they are called, and what a failure of theirs becomes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gauger_probes.measure.backends.opencl.backend import OpenClBackend
from gauger_probes.measure.backends.opencl.codes import DeviceInfo, DeviceType, Status
from gauger_probes.measure.backends.opencl.engine import OpenClEngine
from gauger_probes.measure.backends.protocol import (
    Backend,
    DeviceLostError,
    Direction,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.roots import Roots
from support.opencl_stand_in import CARD, Answers, StandIn, long, text, word

CACHES = ("POCL_CACHE_DIR", "XDG_CACHE_HOME", "CUDA_CACHE_PATH")
SMALL = Shape(256, 256, 64)
SECOND = {**CARD, DeviceInfo.PCI_BUS_INFO: b"".join(map(word, (1, 2, 3, 4)))}

Prepare = Callable[[OpenClEngine], Work]
WORKS: dict[str, Prepare] = {
    "gemm": lambda engine: engine.gemm(Precision.FP32, SMALL, 1),
    "within": lambda engine: engine.copy(Direction.WITHIN, 100_000, 1),
    "toDevice": lambda engine: engine.copy(Direction.TO_DEVICE, 100_000, 1),
    "toHost": lambda engine: engine.copy(Direction.TO_HOST, 100_000, 1),
    "search": lambda engine: engine.search(Precision.FP32, Gallery(300, 2, 64, 3), 1),
}
works = pytest.mark.parametrize("prepare", WORKS.values(), ids=WORKS.keys())


@pytest.fixture
def backend(stand_in: StandIn, roots: Roots, monkeypatch: pytest.MonkeyPatch) -> OpenClBackend:
    for name in CACHES:
        monkeypatch.setenv(name, "set back at the end")
    monkeypatch.setattr(tempfile, "tempdir", str(roots.root))
    return OpenClBackend(stand_in.library, roots)


@pytest.fixture
def engine(backend: OpenClBackend) -> OpenClEngine:
    return backend.engines()[0]


def test_the_backend_is_one_of_the_protocol(backend: OpenClBackend) -> None:
    as_declared: Backend = backend
    engines: Sequence[Engine] = as_declared.engines()
    assert engines[0].id == "0000:65:00.0"


def test_every_device_is_opened_under_its_pci_address(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.tell(CARD, SECOND)
    assert [engine.id for engine in backend.engines()] == ["0000:65:00.0", "0001:02:03.4"]
    assert backend.problems == ()


def test_a_device_that_cannot_be_placed_has_an_id_of_its_own_and_says_so(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    unplaced: Answers = {
        key: raw for key, raw in CARD.items() if key is not DeviceInfo.PCI_BUS_INFO
    }
    stand_in.tell(CARD, unplaced)
    placed, other = backend.engines()
    assert (placed.properties()["placed"], other.properties()["placed"]) == (True, False)
    assert other.id == "opencl:0.1"


def test_a_processor_is_the_cpu_wherever_its_driver_says_it_sits(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.tell({**CARD, DeviceInfo.TYPE: long(DeviceType.CPU | 1)})
    assert backend.engines()[0].id == "cpu"


def test_what_the_figures_reach_is_said_among_the_properties(engine: OpenClEngine) -> None:
    properties = engine.properties()
    assert properties["reach"] == "vector units, lower bound"
    assert (properties["driver"], properties["device"]) == ("1.2.3", "Card")


def test_control_characters_in_a_device_s_name_do_not_act(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.tell({**CARD, DeviceInfo.NAME: b"\x1b[31mCard\0"})
    assert backend.engines()[0].properties()["device"] == "\\x1b[31mCard"


def test_a_device_that_cannot_be_opened_costs_the_others_nothing(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.tell(CARD, SECOND)
    stand_in.add(f"status.clCreateContext.0={int(Status.OUT_OF_RESOURCES)}")
    assert [engine.id for engine in backend.engines()] == ["0001:02:03.4"]
    assert "CL_OUT_OF_RESOURCES" in backend.problems[0]


def test_a_platform_that_fails_costs_the_others_nothing(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.add("platforms=2", f"status.clGetDeviceIDs.0={int(Status.OUT_OF_HOST_MEMORY)}")
    assert [engine.id for engine in backend.engines()] == ["0000:65:00.0"]
    assert backend.problems == ("Driver: clGetDeviceIDs: CL_OUT_OF_HOST_MEMORY (-6)",)


def test_a_platform_without_devices_is_no_problem(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.add("platforms=2", f"status.clGetDeviceIDs.0={int(Status.DEVICE_NOT_FOUND)}")
    assert len(backend.engines()) == 1
    assert backend.problems == ()


def test_no_registered_driver_is_a_lookup_error_that_names_the_registry(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.add(f"status.clGetPlatformIDs={int(Status.PLATFORM_NOT_FOUND)}")
    with pytest.raises(LookupError, match="/etc/OpenCL/vendors"):
        backend.engines()


def test_no_device_at_all_is_a_lookup_error(stand_in: StandIn, backend: OpenClBackend) -> None:
    stand_in.tell()
    with pytest.raises(LookupError, match="has a device"):
        backend.engines()


def test_memory_of_the_device_is_not_filled_to_the_brim(engine: OpenClEngine) -> None:
    assert engine.memory_bytes == (1 << 30) * 3 // 4


def test_memory_that_is_the_host_s_is_filled_as_little_as_the_host_s(
    stand_in: StandIn, backend: OpenClBackend, roots: Roots
) -> None:
    (roots.root / "proc").mkdir()
    (roots.root / "proc" / "meminfo").write_text("MemAvailable:    1024 kB\n")
    stand_in.tell({**CARD, DeviceInfo.HOST_UNIFIED_MEMORY: word(1)})
    assert backend.engines()[0].memory_bytes == 1024 * 1024 // 8


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({DeviceInfo.EXTENSIONS: text("cl_khr_fp16")}, Precision.FP64),
        ({DeviceInfo.EXTENSIONS: text("cl_khr_fp64")}, Precision.FP16),
        ({DeviceInfo.DOUBLE_FP_CONFIG: long(0x7F)}, Precision.FP64),
        ({DeviceInfo.HALF_FP_CONFIG: long(0x7F)}, Precision.FP16),
    ],
    ids=["no fp64", "no fp16", "fp64 in software", "fp16 in software"],
)
def test_a_precision_that_the_device_lacks_or_emulates_is_not_native(
    stand_in: StandIn,
    backend: OpenClBackend,
    change: Answers,
    missing: Precision,
) -> None:
    every = [Precision.FP32, Precision.FP16, Precision.FP64, Precision.INT8]
    assert backend.engines()[0].precisions() == every
    stand_in.tell({**CARD, **change})
    engine = backend.engines()[0]
    assert engine.precisions() == [each for each in every if each is not missing]
    with pytest.raises(NotNativeError, match=missing):
        engine.gemm(missing, SMALL, 1)


@pytest.mark.parametrize("precision", [Precision.TF32, Precision.BF16, Precision.FP8])
def test_precisions_of_matrix_units_are_not_reached(
    engine: OpenClEngine, precision: Precision
) -> None:
    with pytest.raises(NotNativeError, match=precision):
        engine.gemm(precision, SMALL, 1)


def test_dot_products_are_used_only_where_they_are_fast(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    for signed, how in ((1, "cl_khr_integer_dot_product"), (0, "plain")):
        answer = b"".join(map(word, (signed, 1, 1, 1, 1, 1)))
        having = {
            DeviceInfo.EXTENSIONS: text("cl_khr_integer_dot_product"),
            DeviceInfo.DOT_PRODUCT_4X8_PACKED: answer,
        }
        stand_in.tell({**CARD, **having})
        assert how in backend.engines()[0].gemm(Precision.INT8, SMALL, 1).method


def test_a_refused_kernel_is_told_by_the_first_error_of_the_compiler(
    stand_in: StandIn, engine: OpenClEngine
) -> None:
    log = b"\n1 warning\nkernel.cl:3: error: no \x1b[1mhalf\nerror: too many\0"
    stand_in.add(f"status.clBuildProgram={int(Status.BUILD_PROGRAM_FAILURE)}", f"log={log.hex()}")
    with pytest.raises(NotNativeError, match=r"kernel\.cl:3: error: no \\x1b\[1mhalf$"):
        engine.gemm(Precision.FP32, SMALL, 1)


@works
def test_no_room_is_a_memory_error_and_leaves_nothing_behind(
    stand_in: StandIn, engine: OpenClEngine, prepare: Prepare
) -> None:
    before = stand_in.live()
    stand_in.add("good.clCreateBuffer=1", f"status.clCreateBuffer={int(Status.OUT_OF_RESOURCES)}")
    with pytest.raises(MemoryError):
        prepare(engine)
    kernels = 2 * 5 if "gemm" in prepare.__code__.co_names else 0
    assert stand_in.live() == before + kernels


def test_more_than_the_device_allocates_at_once_is_a_memory_error(engine: OpenClEngine) -> None:
    with pytest.raises(MemoryError, match="at once"):
        engine.copy(Direction.WITHIN, (1 << 28) + 1, 1)


@works
def test_a_device_that_is_lost_while_it_works_is_lost(
    stand_in: StandIn, engine: OpenClEngine, prepare: Prepare
) -> None:
    work = prepare(engine)
    stand_in.add(f"status.clFinish={int(Status.OUT_OF_RESOURCES)}")
    with pytest.raises(DeviceLostError, match="clFinish: CL_OUT_OF_RESOURCES"):
        work.run(3)


def test_a_command_that_ended_in_an_error_is_a_lost_device(
    stand_in: StandIn, engine: OpenClEngine
) -> None:
    work = WORKS["gemm"](engine)
    stand_in.add("execution=-5")
    with pytest.raises(DeviceLostError, match="CL_OUT_OF_RESOURCES"):
        work.run(1)


def test_a_kernel_that_ran_before_and_is_refused_now_is_a_lost_device(
    stand_in: StandIn, engine: OpenClEngine
) -> None:
    work = WORKS["gemm"](engine)
    stand_in.add(f"status.clEnqueueNDRangeKernel={int(Status.INVALID_KERNEL_ARGS)}")
    with pytest.raises(DeviceLostError):
        work.run(1)


def test_a_cut_that_the_device_refuses_is_left_out_and_another_kept(
    stand_in: StandIn, engine: OpenClEngine
) -> None:
    refusal = f"status.clEnqueueNDRangeKernel={int(Status.OUT_OF_RESOURCES)}"
    stand_in.add(refusal, "until.clEnqueueNDRangeKernel=1")
    first = engine.gemm(Precision.FP32, SMALL, 1)
    assert "groups of 128 × 128" not in first.method


def test_a_device_that_refuses_every_cut_does_not_have_the_precision(
    stand_in: StandIn, engine: OpenClEngine
) -> None:
    stand_in.add(f"status.clEnqueueNDRangeKernel={int(Status.OUT_OF_RESOURCES)}")
    with pytest.raises(NotNativeError, match="no kernel for fp32 runs"):
        engine.gemm(Precision.FP32, SMALL, 1)


@pytest.mark.parametrize("elapsed", [0, 10**13], ids=["stands still", "runs too fast"])
@works
def test_a_clock_that_cannot_be_right_is_not_believed(
    stand_in: StandIn, engine: OpenClEngine, prepare: Prepare, elapsed: int
) -> None:
    work = prepare(engine)
    stand_in.add(f"elapsed={elapsed}")
    with pytest.raises(WrongResultError, match="the clock of Card"):
        work.run(1)


@pytest.mark.parametrize("name", ["gemm", "search"])
def test_a_device_that_computes_nothing_is_not_fast(engine: OpenClEngine, name: str) -> None:
    work = WORKS[name](engine)
    work.run(1)
    with pytest.raises(WrongResultError):
        work.check()


@pytest.mark.parametrize("name", ["toDevice", "toHost"])
def test_moved_bytes_are_right_where_the_device_moves_them(engine: OpenClEngine, name: str) -> None:
    work = WORKS[name](engine)
    work.check()


def test_a_copy_that_differs_in_one_byte_is_found(stand_in: StandIn, engine: OpenClEngine) -> None:
    stand_in.add(f"status.clBuildProgram={int(Status.BUILD_PROGRAM_FAILURE)}")
    work = WORKS["within"](engine)
    work.check()
    stand_in.add("spoil=1")
    work.run(1)
    with pytest.raises(WrongResultError, match="differs"):
        work.check()


@works
def test_work_and_engine_give_back_all_that_they_took(
    stand_in: StandIn, backend: OpenClBackend, prepare: Prepare
) -> None:
    engine = backend.engines()[0]
    work = prepare(engine)
    work.run(5)
    assert stand_in.live() > 2
    work.close()
    engine.close()
    assert stand_in.live() == 0


def test_compiled_kernels_have_a_folder_that_goes_with_the_last_device(
    stand_in: StandIn, backend: OpenClBackend
) -> None:
    stand_in.tell(CARD, SECOND)
    first, second = backend.engines()
    folders = {os.environ[name] for name in CACHES}
    assert len(folders) == 1
    folder = Path(folders.pop())
    first.close()
    assert folder.is_dir()
    second.close()
    assert not folder.exists()


def test_no_folder_is_left_where_no_device_could_be_opened(
    stand_in: StandIn, backend: OpenClBackend, roots: Roots
) -> None:
    stand_in.tell()
    with pytest.raises(LookupError):
        backend.engines()
    assert list(roots.root.iterdir()) == []
