"""MIG instances are slices of their GPU: entries of their own, which it is the parent of."""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.common import JsonValue, Unread
from gauger_probes.result import Identified, Result
from gauger_probes.run.merge import accelerators_of
from support.nvml_machines import H100, H100_MIG, Answers, machine, replayed

GPU = "0000:00:09.0"
FUNCTION = Accelerator(
    id=GPU,
    bus=Bus.PCI,
    address=GPU,
    pci=PciId("10de", "2330", "10de", "16c1", "030200", "a1"),
    driver="nvidia",
    bound=True,
    parent=None,
    identities=(Identity("pci", None),),
)


def test_each_instance_is_an_entry_with_its_gpu_as_parent() -> None:
    package, first, *rest = replayed(machine(H100_MIG)).identified
    assert (package.address, package.parent) == (GPU, None)
    assert first == Identified(
        address=f"{GPU}/mig/0",
        identity=Identity(
            source="nvml",
            name="NVIDIA H100 80GB HBM3 MIG 3g.40gb",
            vendor="NVIDIA",
            uuid="MIG-6f0d2f5e-0000-4000-8000-000000000000",
            units=60,
            unit_kind="sm",
            memory_bytes=40_448 * 1024 * 1024,
            driver_version="590.48.01",
            properties={
                "gpuInstanceId": 2,
                "computeInstanceId": 0,
                "gpuInstanceSlices": 3,
                "computeInstanceSlices": 3,
            },
        ),
        parent=GPU,
    )
    assert [(found.address, found.identity.units) for found in rest] == [
        (f"{GPU}/mig/1", 32),
        (f"{GPU}/mig/2", 16),
    ]


def test_the_gpu_keeps_its_own_memory_and_clock() -> None:
    package = replayed(machine(H100_MIG)).identified[0].identity
    assert package.memory_bytes == 81_559 * 1024 * 1024
    assert package.max_clock_hz == 1.98e9
    assert (package.units, package.unit_kind) == (None, None)
    assert package.unread == (Unread("units", "NVML_ERROR_NOT_SUPPORTED (3)"),)
    assert (package.properties or {})["migInstances"] == 3


def test_a_gpu_that_is_not_partitioned_is_not_asked_for_instances() -> None:
    leftover = {call: value for call, value in H100_MIG.items() if "Mig" in call}
    changed: Answers = {**H100, **leftover, "nvmlDeviceGetMigMode({})": [0, 0]}
    assert len(replayed(machine(changed)).identified) == 1


def test_an_instance_keeps_its_index_where_one_before_it_is_gone() -> None:
    gone: dict[str, JsonValue] = {"nvmlDeviceGetMigDeviceHandleByIndex({}, 1)": {"error": 6}}
    found = replayed(machine({**H100_MIG, **gone})).identified
    assert [entry.address for entry in found[1:]] == [f"{GPU}/mig/0", f"{GPU}/mig/2"]


def test_a_lost_instance_leaves_those_before_it() -> None:
    lost: dict[str, JsonValue] = {"nvmlDeviceGetMigDeviceHandleByIndex({}, 2)": {"error": 15}}
    package, *rest = replayed(machine({**H100_MIG, **lost})).identified
    assert [entry.address for entry in rest] == [f"{GPU}/mig/0", f"{GPU}/mig/1"]
    refused = Unread("migInstances", "NVML_ERROR_GPU_IS_LOST (15)")
    assert refused in package.identity.unread


def test_an_absurd_number_of_instances_is_not_followed() -> None:
    many: dict[str, JsonValue] = {
        "nvmlDeviceGetMaxMigDeviceCount({})": 4_000_000_000,
        **{
            f"nvmlDeviceGetMigDeviceHandleByIndex({{}}, {at})": {"handle": f"{{}}/{at}"}
            for at in range(100)
        },
    }
    assert len(replayed(machine({**H100_MIG, **many})).identified) == 1 + 16


def test_an_instance_that_will_not_tell_is_still_an_entry() -> None:
    mute: Answers = {
        call: ({"error": 4} if "({}/0)" in call else value) for call, value in H100_MIG.items()
    }
    found = replayed(machine(mute)).identified[1]
    assert found.address == f"{GPU}/mig/0"
    fields = {refused.field for refused in found.identity.unread}
    assert {"units", "memoryBytes", "name", "uuid", "gpuInstanceId"} <= fields


def test_memory_that_only_the_attributes_tell_is_taken_from_there() -> None:
    mute: dict[str, JsonValue] = {"nvmlDeviceGetMemoryInfo({}/0)": {"error": 3}}
    found = replayed(machine({**H100_MIG, **mute})).identified[1].identity
    assert (found.memory_bytes, found.unread) == (40_448 * 1024 * 1024, ())


def test_merged_with_the_pci_function_slices_are_bound_and_know_their_package() -> None:
    nvml = replayed(machine(H100_MIG))
    package, *slices = accelerators_of([Result(accelerators=(FUNCTION,)), nvml])
    assert [identity.source for identity in package.identities] == ["pci", "nvml"]
    assert (package.id, package.parent) == (GPU, None)
    for index, part in enumerate(slices):
        assert part.id == part.address == f"{GPU}/mig/{index}"
        assert (part.bus, part.pci, part.bound, part.parent) == (Bus.PLATFORM, None, True, GPU)
    assert len(slices) == 3


def test_slices_of_a_gpu_that_pci_does_not_list_name_the_entry_that_nvml_alone_makes() -> None:
    package, *slices = accelerators_of([replayed(machine(H100_MIG))])
    assert (package.bus, package.parent) == (Bus.PLATFORM, None)
    assert {part.parent for part in slices} == {package.id}
