"""NVML tells what a device does while it works: asked through NVIDIA's binding, in a child."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gauger_probes.evidence.common import JsonValue
from support import nvml_stand_in

_ADDRESS = "0000:00:06.0"
_LOOK = """
import sys; sys.path[:] = sys.argv[3:]
import json, pathlib
from gauger_probes.measure.device.readers import reader_of
from gauger_probes.roots import Roots
read = reader_of(sys.argv[1], Roots(pathlib.Path(sys.argv[2])))
look = read() if read else None
print(json.dumps(look and [dict(look.figures), sorted(look.reasons)]))
"""
#: What an H100 answered under load; the numbers behind the words are nvml.h's.
_BUSY: dict[str, JsonValue] = {
    "nvmlInit()": None,
    f"nvmlDeviceGetHandleByPciBusId({_ADDRESS})": {"handle": "0"},
    "nvmlDeviceGetClockInfo(0, 1)": 1365,
    "nvmlDeviceGetTemperature(0, 0)": 69,
    "nvmlDeviceGetPowerUsage(0)": 699_420,
    "nvmlDeviceGetCurrentClocksEventReasons(0)": 0x4,
}


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if nvml_stand_in.compiler() is None:
        pytest.skip("no C compiler: cc is not installed")
    return nvml_stand_in.compile_stand_in(tmp_path_factory.mktemp("nvml"))


def _look(stand_in: Path, root: Path, answers: dict[str, JsonValue]) -> JsonValue:
    vendor = root / f"sys/bus/pci/devices/{_ADDRESS}/vendor"
    vendor.parent.mkdir(parents=True)
    vendor.write_text("0x10de\n")
    nvml_stand_in.tell(nvml_stand_in.install(stand_in, root), answers)
    command = [sys.executable, "-I", "-S", "-c", _LOOK, _ADDRESS, str(root), *sys.path]
    done = subprocess.run(command, check=True, timeout=60, capture_output=True)
    found: JsonValue = json.loads(done.stdout)
    return found


def test_clock_temperature_power_and_what_holds_the_device_back_are_told(
    stand_in: Path, tmp_path: Path
) -> None:
    assert _look(stand_in, tmp_path, _BUSY) == [
        {"smClockHz": 1.365e9, "temperatureC": 69.0, "powerW": 699.42},
        ["software power cap"],
    ]


def test_what_a_device_does_not_tell_is_left_out(stand_in: Path, tmp_path: Path) -> None:
    answers = _BUSY | {"nvmlDeviceGetPowerUsage(0)": {"error": 3}}
    found = _look(stand_in, tmp_path, answers)
    assert isinstance(found, list)
    assert found[0] == {"smClockHz": 1.365e9, "temperatureC": 69.0}


def test_a_device_that_nvml_does_not_know_has_nobody_who_tells(
    stand_in: Path, tmp_path: Path
) -> None:
    assert _look(stand_in, tmp_path, {"nvmlInit()": None}) is None
