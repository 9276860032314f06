"""Intel graphics: the clock that the hardware can have, and what a user holds it to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gauger_probes.accelerators.intel_gpu import probe
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import Limit, Unread
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Identified
from gauger_probes.roots import Roots
from support.kfd_tree import on_bus
from support.trees import planted

ADDRESS = "0000:03:00.0"
DEVICE = f"sys/bus/pci/devices/{ADDRESS}"
ARC: Mapping[str, str] = {
    "tile0/physical_vram_size_bytes": "17079205888",
    "tile0/gt0/freq0/rp0_freq": "2400",
    "tile0/gt0/freq0/max_freq": "2400",
    "tile0/gt1/freq0/rp0_freq": "1300",
    "tile0/gt1/freq0/max_freq": "1300",
    "hwmon/hwmon2/power1_max": "190000000",
    "hwmon/hwmon2/power1_rated_max": "190000000",
}
LAPTOP: Mapping[str, str] = {
    "drm/card1/gt_RP0_freq_mhz": "1500",
    "drm/card1/gt_max_freq_mhz": "1500",
    "drm/card1/gt_boost_freq_mhz": "1500",
    "drm/card1/gt/gt0/rps_RP0_freq_mhz": "1500",
    "drm/card1/gt/gt0/rps_max_freq_mhz": "1500",
    "drm/card1/gt/gt1/rps_RP0_freq_mhz": "1300",
    "drm/card1/gt/gt1/rps_max_freq_mhz": "1300",
}


def bound(root: Path, driver: str, files: Mapping[str, str]) -> Roots:
    planted(root, {f"{DEVICE}/{name}": content for name, content in files.items()})
    return on_bus(root, ADDRESS, driver=driver)


def said(roots: Roots) -> Identified:
    (identified,) = probe(Context(roots)).identified
    return identified


def test_without_a_bound_function_nothing_is_asked(tmp_path: Path) -> None:
    result = probe(Context(bound(tmp_path, "nouveau", LAPTOP)))
    assert (result.status, result.identified) == (Status.NOT_RUN, ())


def test_a_card_on_xe_states_its_clock_and_its_memory(tmp_path: Path) -> None:
    found = said(bound(tmp_path, "xe", ARC))
    assert (found.address, found.limits) == (ADDRESS, ())
    assert found.identity == Identity(
        source="xe", name=None, max_clock_hz=2.4e9, memory_bytes=17079205888
    )


def test_graphics_without_memory_of_their_own_state_none(tmp_path: Path) -> None:
    files = {"tile0/gt0/freq0/rp0_freq": "2250"}
    assert said(bound(tmp_path, "xe", files)).identity.memory_bytes is None


def test_memory_of_all_tiles_counts(tmp_path: Path) -> None:
    tiles = {f"tile{number}/physical_vram_size_bytes": "68719476736" for number in range(2)}
    assert said(bound(tmp_path, "xe", tiles)).identity.memory_bytes == 2 * 68719476736


def test_a_laptop_on_i915_states_the_clock_of_its_fastest_engines(tmp_path: Path) -> None:
    found = said(bound(tmp_path, "i915", LAPTOP))
    assert found == Identified(ADDRESS, Identity("i915", None, max_clock_hz=1.5e9))


def test_an_older_i915_states_one_clock_for_all(tmp_path: Path) -> None:
    files = {"drm/card0/gt_RP0_freq_mhz": "1150", "drm/card0/gt_max_freq_mhz": "600"}
    found = said(bound(tmp_path, "i915", files))
    assert found.identity.max_clock_hz == 1.15e9
    assert found.limits == (Limit("clockCap", "i915", "gt0 at most 600 MHz of 1150 MHz"),)


def test_memory_of_a_card_on_i915_is_read(tmp_path: Path) -> None:
    files = {**LAPTOP, "drm/card1/lmem_total_bytes": "17079205888"}
    assert said(bound(tmp_path, "i915", files)).identity.memory_bytes == 17079205888


@pytest.mark.parametrize(
    ("driver", "files", "name"),
    [
        ("xe", ARC, "tile0/gt1/freq0/max_freq"),
        ("i915", LAPTOP, "drm/card1/gt/gt1/rps_max_freq_mhz"),
    ],
)
def test_a_clock_held_down_is_a_limit_and_no_lower_rating(
    tmp_path: Path, driver: str, files: Mapping[str, str], name: str
) -> None:
    found = said(bound(tmp_path, driver, {**files, name: "900"}))
    assert found.limits == (Limit("clockCap", driver, "gt1 at most 900 MHz of 1300 MHz"),)
    assert found.identity.max_clock_hz == (2.4e9 if driver == "xe" else 1.5e9)


@pytest.mark.parametrize(
    ("power", "limited"), [("100000000", True), ("190000000", False), ("0", False)]
)
def test_power_held_below_the_rated_is_a_limit(tmp_path: Path, power: str, limited: bool) -> None:
    found = said(bound(tmp_path, "xe", {**ARC, "hwmon/hwmon2/power1_max": power}))
    expected = (Limit("powerCap", "xe", "100 W, 190 W rated"),) if limited else ()
    assert found.limits == expected


def test_power_of_the_package_is_held_against_its_own_rating(tmp_path: Path) -> None:
    package = {"hwmon/hwmon2/power2_max": "80000000", "hwmon/hwmon2/power2_rated_max": "120000000"}
    found = said(bound(tmp_path, "xe", {**ARC, **package}))
    assert found.limits == (Limit("powerCap", "xe", "80 W, 120 W rated"),)


def test_a_clock_that_is_no_number_is_said_and_the_others_count(tmp_path: Path) -> None:
    found = said(bound(tmp_path, "xe", {**ARC, "tile0/gt0/freq0/rp0_freq": "fast"}))
    assert found.identity.max_clock_hz == 1.3e9
    unread = Unread("tile0/gt0/freq0/rp0_freq", "not a number in range")
    assert found.identity.unread == (unread,)


def test_a_driver_that_says_nothing_leaves_no_empty_identity(tmp_path: Path) -> None:
    result = probe(Context(bound(tmp_path, "i915", {})))
    assert (result.status, result.identified) == (Status.OK, ())
