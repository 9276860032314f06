"""amdgpu's own files: what it calls a card, and what holds one below its rating."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gauger_probes.accelerators.amdgpu import probe
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import Limit, Unread
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Identified
from gauger_probes.roots import Roots
from support.kfd_tree import on_bus
from support.privilege import open_folder, without_root
from support.trees import linked, planted

ADDRESS = "0000:c1:00.0"
DEVICE = f"sys/bus/pci/devices/{ADDRESS}"
#: File names and forms of Linux Documentation/gpu/amdgpu; the serial number is made up.
MI300X: Mapping[str, str] = {
    "mem_info_vram_total": "206141652992",
    "vbios_version": "113-M3000100-102",
    "unique_id": "d6f1000000000001",
    "serial_number": "692000000000",
    "product_name": "AMD Instinct MI300X OAM",
    "product_number": "102-G30211-0C",
    "pp_dpm_sclk": "S: 132Mhz *\n0: 500Mhz\n1: 2100Mhz",
    "current_compute_partition": "SPX",
    "available_compute_partition": "SPX, DPX, QPX, CPX",
    "current_memory_partition": "NPS1",
    "power_dpm_force_performance_level": "auto",
    "hwmon/hwmon3/power1_cap": "750000000",
    "hwmon/hwmon3/power1_cap_default": "750000000",
    "hwmon/hwmon3/power1_cap_max": "750000000",
    "xgmi_hive_info/xgmi_hive_id": "1234",
}


def bound(root: Path, files: Mapping[str, str], **changes: str) -> Roots:
    """Return a tree in which amdgpu drives one function with ``files``."""
    named = {f"{DEVICE}/{name}": content for name, content in {**files, **changes}.items()}
    planted(root, named)
    return on_bus(root, ADDRESS, driver="amdgpu")


def said(roots: Roots) -> Identified:
    (identified,) = probe(Context(roots)).identified
    return identified


def limits(root: Path, **changes: str) -> list[tuple[str, str]]:
    renamed = {name.replace("__", "/"): content for name, content in changes.items()}
    return [(item.kind, item.detail) for item in said(bound(root, {**MI300X, **renamed})).limits]


def test_without_a_bound_function_nothing_is_asked(tmp_path: Path) -> None:
    planted(tmp_path, {f"{DEVICE}/vbios_version": "x"})
    result = probe(Context(on_bus(tmp_path, ADDRESS, driver="vfio-pci")))
    assert (result.status, result.reason) == (
        Status.NOT_RUN,
        "no function is bound to amdgpu",
    )


def test_all_that_the_driver_states_is_kept_as_its_own(tmp_path: Path) -> None:
    found = said(bound(tmp_path, MI300X))
    assert (found.address, found.parent, found.limits) == (ADDRESS, None, ())
    assert found.identity == Identity(
        source="amdgpu",
        name="AMD Instinct MI300X OAM",
        serial="692000000000",
        max_clock_hz=2.1e9,
        memory_bytes=206141652992,
        firmware="113-M3000100-102",
        properties={
            "computePartition": "SPX",
            "computePartitionsAvailable": "SPX, DPX, QPX, CPX",
            "memoryPartition": "NPS1",
            "performanceLevel": "auto",
            "productNumber": "102-G30211-0C",
            "uniqueId": "d6f1000000000001",
            "xgmiHiveId": "1234",
            "powerCapW": 750.0,
            "powerCapDefaultW": 750.0,
            "powerCapMaxW": 750.0,
        },
    )


def test_a_power_cap_under_the_default_is_a_limit(tmp_path: Path) -> None:
    cap = {"hwmon__hwmon3__power1_cap": "300000000"}
    assert limits(tmp_path, **cap) == [("powerCap", "300 W, 750 W by default")]


@pytest.mark.parametrize("cap", ["750000000", "800000000"])
def test_a_power_cap_at_the_default_or_above_is_none(tmp_path: Path, cap: str) -> None:
    assert limits(tmp_path, hwmon__hwmon3__power1_cap=cap) == []


@pytest.mark.parametrize(
    ("level", "held"),
    [
        ("auto", False),
        ("high", False),
        ("profile_peak", False),
        ("low", True),
        ("manual", True),
        ("perf_determinism", True),
        ("profile_standard", True),
    ],
)
def test_a_performance_level_that_holds_the_clock_is_a_limit(
    tmp_path: Path, level: str, held: bool
) -> None:
    expected = [("clockCap", f"performance level {level}")] if held else []
    assert limits(tmp_path, power_dpm_force_performance_level=level) == expected


@pytest.mark.parametrize(
    ("partition", "divided"), [("CPX", True), ("DPX", True), ("SPX", False), ("UNKNOWN", False)]
)
def test_a_package_in_partitions_says_so(tmp_path: Path, partition: str, divided: bool) -> None:
    expected = [("partition", f"compute partition {partition}")] if divided else []
    assert limits(tmp_path, current_compute_partition=partition) == expected


def test_the_power_cap_is_read_from_whichever_sensor_has_it(tmp_path: Path) -> None:
    other = {f"{DEVICE}/hwmon/hwmon1/temp1_input": "40000"}
    roots = planted(tmp_path, other)
    bound(tmp_path, MI300X)
    properties = said(roots).identity.properties
    assert properties is not None
    assert properties["powerCapW"] == 750.0


def test_an_enabled_rate_limiter_is_a_limit_with_its_formats(tmp_path: Path) -> None:
    ptl = {"ptl/ptl_enable": "enabled", "ptl/ptl_format": "I8,F32"}
    found = said(bound(tmp_path, {**MI300X, **ptl}))
    detail = "peak TOPS limiter enabled, formats I8,F32"
    assert found.limits == (Limit("rateLimiter", "amdgpu", detail),)


def test_a_disabled_rate_limiter_is_recorded_and_no_limit(tmp_path: Path) -> None:
    ptl = {
        "ptl/ptl_enable": "disabled",
        "ptl/ptl_format": "N/A",
        "ptl/ptl_supported_formats": "I8,F16,BF16,F32,F64",
    }
    found = said(bound(tmp_path, {**MI300X, **ptl}))
    assert found.limits == ()
    assert found.identity.properties is not None
    assert found.identity.properties["ptlEnabled"] == "disabled"
    assert found.identity.properties["ptlSupportedFormats"] == "I8,F16,BF16,F32,F64"


@pytest.mark.parametrize(
    ("levels", "clock"),
    [
        ("0: 500Mhz *\n1: 1500Mhz\n2: 2482Mhz", 2.482e9),
        ("0: 800Mhz\n1: 1000Mhz *", 1e9),
        ("0: 0Mhz *", None),
        ("1: 2100 potatoes\n0: -500Mhz\n2: 99999999Mhz", None),
    ],
)
def test_the_highest_level_is_the_clock(tmp_path: Path, levels: str, clock: float | None) -> None:
    assert said(bound(tmp_path, MI300X, pp_dpm_sclk=levels)).identity.max_clock_hz == clock


@pytest.mark.parametrize("content", ["-1", "0x30000000", "9007199254740993", "2e11", "\x1b[2J"])
def test_a_size_that_is_no_number_in_range_is_said(tmp_path: Path, content: str) -> None:
    identity = said(bound(tmp_path, MI300X, mem_info_vram_total=content)).identity
    assert identity.memory_bytes is None
    assert identity.unread == (Unread("mem_info_vram_total", "not a number in range"),)


def test_a_file_that_may_not_be_read_is_said() -> None:
    with open_folder() as root:
        roots = bound(root, MI300X)
        (root / DEVICE / "unique_id").chmod(0)
        with without_root():
            identity = said(roots).identity
    assert identity.unread == (Unread("unique_id", "permission denied"),)
    assert identity.serial == "692000000000"


def test_names_with_escapes_are_made_harmless(tmp_path: Path) -> None:
    name = said(bound(tmp_path, MI300X, product_name="MI\x1b[2J300")).identity.name
    assert name == "MI\\x1b[2J300"


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    planted(tmp_path / "out", {"secret": "of another machine"})
    bound(tmp_path / "tree", MI300X)
    target = str(tmp_path / "out" / "secret")
    roots = linked(tmp_path / "tree", {f"{DEVICE}/product_name": target})
    assert said(roots).identity.name is None


def test_a_driver_that_says_nothing_leaves_no_empty_identity(tmp_path: Path) -> None:
    result = probe(Context(on_bus(tmp_path, ADDRESS, driver="amdgpu")))
    assert (result.status, result.identified) == (Status.OK, ())
