"""The driver: how it starts, what it says of devices, what its errors mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.measure.backends.cuda.backend import CudaBackend, open_backend
from gauger_probes.measure.backends.cuda.cublaslt import dotted
from gauger_probes.measure.backends.cuda.driver import MAX_DEVICES, Driver, sysfs_address
from gauger_probes.measure.backends.cuda.native import Call, Library
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError, Precision
from support.cuda_stand_in import Machine


@pytest.mark.parametrize(
    ("spelt", "address"),
    [
        (b"0000:65:00.0", "0000:65:00.0"),
        (b"0000:CA:1F.7", "0000:ca:1f.7"),
        (b"00010000:E1:00.0", "10000:e1:00.0"),
        (b"", None),
        (b"65:00.0", None),
        (b"0000:65:00.0\x1b", None),
        (b"0000:65:00.9", None),
        (b"\xff000:65:00.0", None),
    ],
)
def test_a_place_is_spelt_as_sysfs_spells_it(spelt: bytes, address: str | None) -> None:
    assert sysfs_address(spelt) == address


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1, RuntimeError),
        (400, RuntimeError),
        (2, MemoryError),
        (801, NotNativeError),
        *((code, DeviceLostError) for code in (3, 4, 46, 100, 101, 201, 214, 220, 304, 600)),
        *((code, DeviceLostError) for code in (700, 702, 709, 716, 719, 802, 804, 909, 999)),
        (123_456, DeviceLostError),
    ],
)
def test_an_error_means_what_its_number_says(
    machine: Machine, code: int, kind: type[Exception]
) -> None:
    driver = Driver(machine.driver)
    machine.tell(fail__cuDeviceGetCount=code)
    with pytest.raises(kind, match=rf"cuDeviceGetCount: .*{code}"):
        driver.count()


def test_a_driver_that_cannot_start_says_why(backend: CudaBackend, machine: Machine) -> None:
    machine.tell(fail__cuInit=803)
    with pytest.raises(LookupError, match=r"started: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH \(803\)"):
        backend.engines()


def test_a_driver_without_devices_gives_no_engines(backend: CudaBackend, machine: Machine) -> None:
    machine.tell(fail__cuInit=100)
    assert backend.engines() == []
    assert "cuDeviceGetCount" not in machine.calls()


def test_an_absurd_count_of_devices_is_not_followed(machine: Machine) -> None:
    driver = Driver(machine.driver)
    machine.tell(count=2_000_000_000)
    assert driver.count() == MAX_DEVICES
    machine.tell(count=-1)
    assert driver.count() == 0


def test_a_partition_that_stands_for_the_device_is_said(
    backend: CudaBackend, machine: Machine
) -> None:
    machine.tell_devices(
        {"uuid": 0x11, "partition": 0x22, "name": "H100 MIG 1g.10gb"}, {"uuid": 0x33}
    )
    part, whole = (each.properties() for each in backend.engines())
    assert part["uuid"] == "11111111-1111-1111-1111-111111111111"
    assert part["partitionUuid"] == "22222222-2222-2222-2222-222222222222"
    assert whole["partitionUuid"] is None


def test_what_a_device_says_is_made_harmless(backend: CudaBackend, machine: Machine) -> None:
    machine.tell_devices({"name": "\x1b[2JH100", "bus": "nonsense-here"})
    (engine,) = backend.engines()
    assert engine.properties()["name"] == r"\x1b[2JH100"
    assert engine.id == "cuda:0"


def test_versions_are_named_as_people_name_them(backend: CudaBackend, machine: Machine) -> None:
    machine.tell(driver=13020, version=131000)
    (engine,) = backend.engines()
    said = engine.properties()
    assert (said["driverCuda"], said["cublasLt"]) == ("13.2", "13.10.0")
    assert said["driverLibrary"] == str(machine.driver)
    assert said["cublasLtLibrary"] == str(machine.cublaslt)
    assert dotted(120_903) == "12.9.3"


def test_precisions_are_offered_with_the_most_telling_first(
    backend: CudaBackend, machine: Machine
) -> None:
    (engine,) = backend.engines()
    assert [str(each) for each in engine.precisions()] == [
        *("fp16", "bf16", "fp8", "int8", "tf32", "fp32", "fp64")
    ]


def test_a_library_that_lacks_a_function_is_refused_by_name(machine: Machine) -> None:
    with pytest.raises(LookupError, match="has no cuFromTheFuture: it is too old"):
        Library(machine.driver, (Call("cuFromTheFuture", (), ""),))


def test_what_is_no_library_is_refused_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "libcuda.so.1"
    path.write_text("not a library")
    with pytest.raises(LookupError, match=f"{path} cannot be loaded"):
        Driver(path)


def test_a_machine_s_own_backend_is_opened_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CudaBackend, "engines", lambda _: pytest.fail("looked"))
    assert isinstance(open_backend(), CudaBackend)


def test_the_first_precision_is_one_that_every_device_has(backend: CudaBackend) -> None:
    (engine,) = backend.engines()
    assert engine.precisions()[0] is Precision.FP16
