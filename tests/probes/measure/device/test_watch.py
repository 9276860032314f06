"""What a device does while it works, as far as anybody tells."""

from __future__ import annotations

from pathlib import Path

from gauger_probes.measure.device.readers import reader_of
from gauger_probes.measure.device.watch import DeviceWatch, Look, describe
from support.trees import planted

_GPU = "sys/bus/pci/devices/0000:03:00.0"


def test_figures_have_their_least_median_and_most_and_reasons_are_kept() -> None:
    looks = [
        Look({"smClockHz": 1.9e9, "powerW": 300}),
        Look({"smClockHz": 1.2e9}, frozenset({"software power cap"})),
        Look({"smClockHz": 1.8e9, "powerW": 700}),
    ]
    found = describe(looks)
    device = found["device"]
    assert isinstance(device, dict)
    assert device["smClockHz"] == {"low": 1.2e9, "median": 1.8e9, "high": 1.9e9}
    assert device["powerW"] == {"low": 300, "median": 500, "high": 700}
    assert found["throttleReasons"] == ["software power cap"]


def test_nobody_who_tells_leaves_nothing() -> None:
    with DeviceWatch(None) as watch:
        pass
    assert watch.conditions() == {}


def test_a_short_work_is_looked_at_once_at_least() -> None:
    with DeviceWatch(lambda: Look({"powerW": 1.0})) as watch:
        pass
    assert watch.conditions()["looks"] == 1


def test_sysfs_tells_in_base_units(tmp_path: Path) -> None:
    roots = planted(
        tmp_path,
        {
            f"{_GPU}/vendor": "0x1002",
            f"{_GPU}/gpu_busy_percent": "97",
            f"{_GPU}/hwmon/hwmon3/temp1_input": "61000",
            f"{_GPU}/hwmon/hwmon3/power1_average": "552000000",
            f"{_GPU}/hwmon/hwmon3/freq1_input": "2100000000",
        },
    )
    reader = reader_of("0000:03:00.0", roots)
    assert reader is not None
    assert reader().figures == {
        "temperatureC": 61.0,
        "powerW": 552.0,
        "clockHz": 2.1e9,
        "busyPercent": 97.0,
    }


def test_a_device_of_which_nothing_is_told_has_no_reader(tmp_path: Path) -> None:
    assert reader_of("0000:03:00.0", planted(tmp_path, {f"{_GPU}/vendor": "0x1002"})) is None
