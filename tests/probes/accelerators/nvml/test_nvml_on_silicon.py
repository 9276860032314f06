"""What an H100 really answered, held against what nvidia-smi said of it within the same minute.

Both are of driver 580.159.04; `tests/fixtures/machines/h100-firecracker` holds the whole capture.
Serial number and UUID were made up afterwards, in both.
"""

from __future__ import annotations

from pathlib import Path

from gauger_probes.capture import replay
from gauger_probes.result import Context, Identified
from gauger_probes.roots import Roots

_TREE = Path(__file__).parents[3] / "fixtures" / "machines" / "h100-firecracker" / "tree"
#: nvidia-smi -q
_SMI = {
    "Product Name": "NVIDIA H100 80GB HBM3",
    "Product Architecture": "Hopper",
    "VBIOS Version": "96.00.DA.00.0C",
    "Driver Version": "580.159.04",
    "Device Id": "0x233010DE",
    "Sub System Id": "0x16C110DE",
    "Bus Id": "00000000:00:06.0",
}
_SMI_MAX_SM_CLOCK_MHZ = 1980
_SMI_FB_TOTAL_MIB, _SMI_FB_RESERVED_MIB = 81_559, 480


def _device() -> Identified:
    (found,) = replay.nvml(Context(Roots(_TREE, captured=True))).identified
    return found


def test_identity_is_what_nvidia_smi_prints() -> None:
    device = _device()
    identity = device.identity
    assert device.address == _SMI["Bus Id"].removeprefix("0000").lower()
    assert identity.name == _SMI["Product Name"]
    assert identity.architecture == _SMI["Product Architecture"]
    assert identity.firmware == _SMI["VBIOS Version"]
    assert identity.driver_version == _SMI["Driver Version"]
    assert identity.pci is not None
    assert f"0x{identity.pci.device}{identity.pci.vendor}".upper() == _SMI["Device Id"].upper()
    subsystem = f"0x{identity.pci.subsystem_device}{identity.pci.subsystem_vendor}"
    assert subsystem.upper() == _SMI["Sub System Id"].upper()


def test_clock_and_memory_are_what_nvidia_smi_prints() -> None:
    identity = _device().identity
    assert identity.max_clock_hz == _SMI_MAX_SM_CLOCK_MHZ * 1e6
    assert identity.memory_bytes is not None
    assert identity.memory_bytes // (1 << 20) == _SMI_FB_TOTAL_MIB
    assert identity.units == 132 * 128  # multiprocessors by the CUDA driver, cores in each


def test_nothing_that_was_asked_went_unanswered() -> None:
    assert _device().identity.unread == ()
