"""Each doubt is raised where the evidence contradicts itself, and nowhere else."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, Library
from gauger_probes.evidence.common import Limit, Rating
from gauger_probes.evidence.coverage import Coverage, Privilege, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.consistency.index import find_doubts
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.rating import rate_machine
from support.command import machine_tree
from support.machines import coverage, machine, pci_device
from support.stated import card, kfd, numbers, nvml

_A100 = "10de:20b2"


def _doubts(evidence: Evidence, kind: str) -> list[Doubt]:
    found = find_doubts(rate_machine(evidence, catalogue()))
    return [item for item in found if item.doubt == kind]


def _a100(**changes: object) -> Evidence:
    device = dataclasses.replace(pci_device(_A100), **changes)  # type: ignore[arg-type]
    return dataclasses.replace(machine(), accelerators=(device,))


@pytest.mark.parametrize(
    ("name", "raised"),
    [("NVIDIA H100 80GB HBM3", 1), ("NVIDIA A100-SXM4-80GB", 0), ("Graphics Device", 0)],
)
def test_a_driver_that_names_another_product_is_doubted(name: str, raised: int) -> None:
    found = _doubts(
        _a100(identities=(Identity("pci", None), Identity("nvml", name))), "disagreement"
    )
    assert len(found) == raised
    assert all("A100" in item.explanation and name in item.explanation for item in found)


def test_each_limit_is_said_with_its_source() -> None:
    limit = Limit("powerCap", "nvml", "250 W of 400 W")
    (doubt,) = _doubts(_a100(limits=(limit,)), "limited")
    assert doubt.sources == ("nvml",)
    assert "250 W of 400 W" in doubt.explanation


def test_a_driverless_accelerator_is_doubted_and_a_display_chip_is_not() -> None:
    both = (pci_device(_A100, 0, bound=False), pci_device("1a03:2000", 1, bound=False))
    (doubt,) = _doubts(dataclasses.replace(machine(), accelerators=both), "unbound")
    assert doubt.subject == both[0].id
    assert _doubts(_a100(), "unbound") == []


@pytest.mark.parametrize(("name", "raised"), [("vm-plain", 1), ("laptop-raptor-lake", 0)])
def test_a_virtual_machine_is_said_to_be_one(name: str, raised: int) -> None:
    roots = Roots(machine_tree(name), captured=True)
    evidence = run_probes(roots, {"host", "accelerators"}, Options())
    assert len(_doubts(evidence, "virtual")) == raised


_LIBRARY = Library(
    path="/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.590.48.01",
    sha256="0" * 64,
    size_bytes=2_000_000,
    owner_id=0,
    writable=False,
    package="libnvidia-compute-590",
    intact=True,
)


def _with(*devices: Accelerator) -> Evidence:
    return dataclasses.replace(machine(), accelerators=devices)


def _answered(**changes: object) -> Evidence:
    library = dataclasses.replace(_LIBRARY, **changes)  # type: ignore[arg-type]
    stated = nvml("h100", library=library, driver_version="590.48.01")
    return _with(card("10de:2330", stated))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"owner_id": 1000}, "belongs to user 1000"),
        ({"writable": True}, "may be written by others"),
        ({"intact": False}, "differs from what package libnvidia-compute-590 installed"),
        ({"path": "/usr/lib64/libnvidia-ml.so.535.10"}, "answers that the driver is 590.48.01"),
    ],
)
def test_a_library_that_may_not_be_the_vendors_is_doubted(
    change: dict[str, object], said: str
) -> None:
    (doubt,) = _doubts(_answered(**change), "foreign_library")
    assert said in doubt.explanation


def test_a_library_that_root_owns_and_its_package_confirms_is_not_doubted() -> None:
    assert _doubts(_answered(), "foreign_library") == []
    assert _doubts(_answered(package=None, intact=None), "foreign_library") == []


@pytest.mark.parametrize(
    ("removed", "named"),
    [("LD_PRELOAD, PYTHONPATH were", ["LD_PRELOAD"]), ("PYTHONPATH was", []), (None, [])],
)
def test_a_preloaded_library_is_said_although_the_probes_ran_without_it(
    removed: str | None, named: list[str]
) -> None:
    reason = None if removed is None else f"{removed} set and removed for the probes"
    line = Coverage("host.environment", Status.OK, reason, 0.0, Privilege.USER)
    evidence = dataclasses.replace(machine(), coverage=(*coverage(), line))
    found = _doubts(evidence, "foreign_library")
    assert [item.explanation.split()[0] for item in found] == named


@pytest.mark.parametrize("driver", ["vfio-pci", "nouveau", "pci-stub"])
def test_a_driver_in_place_of_the_vendors_is_said(driver: str) -> None:
    (doubt,) = _doubts(_a100(driver=driver), "replaced")
    assert driver in doubt.explanation


def test_the_vendors_driver_and_a_display_chip_in_a_guest_are_not_replaced() -> None:
    assert _doubts(_a100(driver="nvidia"), "replaced") == []
    chip = dataclasses.replace(pci_device("1a03:2000"), driver="vfio-pci")
    assert _doubts(_with(chip), "replaced") == []


def _asked(status: Status, *devices: Accelerator) -> Evidence:
    line = Coverage("accelerators.nvml", status, None, 0.1, Privilege.USER)
    return dataclasses.replace(_with(*devices), coverage=(*coverage(), line))


def test_a_device_that_nvml_leaves_out_could_not_be_looked_at() -> None:
    shown = card("10de:2330", nvml("h100"), slot=0, driver="nvidia")
    silent = card("10de:2330", slot=1, driver="nvidia")
    (doubt,) = _doubts(_asked(Status.OK, shown, silent), "unanswered")
    assert doubt.subject == silent.id
    assert "lists 1 of 2" in doubt.explanation
    assert _doubts(_asked(Status.OK, shown), "unanswered") == []
    assert _doubts(_asked(Status.NOT_RUN, shown, silent), "unanswered") == []
    assert _doubts(_asked(Status.UNAVAILABLE, silent), "unanswered") == []
    free = dataclasses.replace(silent, driver="vfio-pci")
    assert _doubts(_asked(Status.OK, shown, free), "unanswered") == []


def test_units_that_could_do_more_than_the_product_does_are_said_with_the_reason() -> None:
    (doubt,) = _doubts(_with(card("10de:2329", nvml("h20"))), "unit_rate")
    assert "78 sm" in doubt.explanation
    assert "NVIDIA H20" in doubt.explanation


@pytest.mark.parametrize(
    "device",
    [
        card("10de:2330", nvml("h100")),
        card("10de:2684", nvml("rtx-4090")),
        card("10de:1eb8", nvml("t4")),
        card("1002:74a1", kfd(304, "gfx942", 2100)),
        card("1002:740c", kfd(110, "gfx90a", 1700)),
    ],
    ids=lambda device: str(device.pci.device),
)
def test_a_drivers_clock_above_the_datasheets_is_no_disagreement(device: Accelerator) -> None:
    assert _doubts(_with(device), "unit_rate") == []


def test_a_clock_far_below_the_datasheets_is_said() -> None:
    slow = card("10de:1eb8", nvml("t4", max_clock_hz=1.0e9))
    (doubt,) = _doubts(_with(slow), "unit_rate")
    assert "×0.63" in doubt.explanation


def test_a_device_that_a_driver_knows_and_the_bus_does_not_show_is_said() -> None:
    hidden = dataclasses.replace(
        card("10de:2330", nvml("h100", pci=numbers("10de:2330"))), bus=Bus.PLATFORM, pci=None
    )
    (doubt,) = _doubts(_with(hidden), "unlisted")
    assert "nvml lists NVIDIA H100 80GB HBM3 at 0000:01:00.0" in doubt.explanation
    shown = card("10de:2330", nvml("h100", pci=numbers("10de:2330")))
    assert _doubts(_with(shown), "unlisted") == []


@pytest.mark.parametrize("ids", ["1414:008e", "1af4:1050"])
def test_a_device_that_fronts_a_gpu_of_the_host_says_so(ids: str) -> None:
    (doubt,) = _doubts(machine(ids), "paravirtual")
    assert "GPU the host has" in doubt.explanation
    assert _doubts(machine("1a03:2000"), "paravirtual") == []


def test_declared_figures_are_said_to_be_declared() -> None:
    figure = Rating("gemm", "fp16", "FLOP/s", 1e14, 1e14, 1e14, "declared", "declared: sheet")
    unknown = dataclasses.replace(pci_device("dead:beef"), rated=(figure,))
    (doubt,) = _doubts(_with(unknown), "declared")
    assert "rated by what was declared: TPP 1,600" in doubt.explanation
    known = dataclasses.replace(pci_device(_A100), rated=(figure,))
    (doubt,) = _doubts(_with(known), "declared")
    assert "the catalogue's figures count instead" in doubt.explanation
    assert _doubts(_a100(), "declared") == []
