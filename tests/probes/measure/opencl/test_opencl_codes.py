"""That every number of ours is the one of Khronos' headers."""

from __future__ import annotations

import re
from enum import IntEnum, IntFlag
from pathlib import Path

import pytest

from gauger_probes.measure.backends.opencl import codes

pytestmark = pytest.mark.system

HEADERS = Path("/usr/include/CL")
_DEFINE = re.compile(
    r"^#define\s+(CL_\w+)\s+(?:\(1 << ([0-9]+)\)|(-?[0-9]+|0x[0-9A-Fa-f]+))\s*(?:/\*.*)?$",
    re.MULTILINE,
)

#: What the header puts before and after a name of ours.
PREFIXES: dict[type[IntEnum | IntFlag], tuple[str, ...]] = {
    codes.DeviceType: ("DEVICE_TYPE_",),
    codes.PlatformInfo: ("PLATFORM_",),
    codes.DeviceInfo: ("DEVICE_", ""),
    codes.ProgramInfo: ("PROGRAM_BUILD_",),
    codes.EventInfo: ("EVENT_COMMAND_", "PROFILING_COMMAND_"),
    codes.Status: ("",),
}
OTHER_NAMES = {
    "DEVICE_DOT_PRODUCT_4X8_PACKED": (
        "DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_4x8BIT_PACKED"
    ),
    "CL_FP_SOFT_FLOAT": "SOFT_FLOAT",
    "CL_QUEUE_PROFILING_ENABLE": "PROFILING",
    "CL_CONTEXT_PLATFORM": "CONTEXT_PLATFORM",
    "CL_MEM_READ_WRITE": "READ_WRITE",
    "CL_MEM_ALLOC_HOST_PTR": "ALLOC_HOST_PTR",
}


@pytest.fixture(scope="module")
def defined() -> dict[str, int]:
    if not HEADERS.is_dir():
        pytest.skip("no OpenCL headers (opencl-c-headers) in /usr/include/CL")
    text = "".join((HEADERS / name).read_text() for name in ("cl.h", "cl_ext.h"))
    return {
        name: 1 << int(shift) if shift else int(number, 0)
        for name, shift, number in _DEFINE.findall(text)
    }


@pytest.mark.parametrize("table", PREFIXES, ids=lambda table: table.__name__)
def test_every_number_is_the_header_s(
    defined: dict[str, int], table: type[IntEnum | IntFlag]
) -> None:
    for own, member in table.__members__.items():
        plain = [f"{prefix}{own}" for prefix in PREFIXES[table]]
        spelt = [OTHER_NAMES.get(name, name) for name in plain]
        names = [f"CL_{name}{suffix}" for name in spelt for suffix in ("", "_KHR")]
        found = {defined[name] for name in names if name in defined}
        # NVIDIA's are in no header of Khronos; they are checked as soon as they are.
        if found or not own.endswith("_NV"):
            assert found == {int(member)}, member


@pytest.mark.parametrize("name", [name for name in OTHER_NAMES if name.startswith("CL_")])
def test_every_flag_is_the_header_s(defined: dict[str, int], name: str) -> None:
    assert defined[name] == getattr(codes, OTHER_NAMES[name])
