"""The stand-in has the interface of NVIDIA's library, as NVIDIA's header and binding state it."""

from __future__ import annotations

import ctypes
import subprocess
import sysconfig
from pathlib import Path

import pynvml
import pytest

from support.nvml_stand_in import SOURCE, compiler


def header_folder() -> str | None:
    """Return a folder with nvml.h: where NVIDIA's wheel or the compiler's own search has it."""
    site = Path(sysconfig.get_path("purelib"))
    wheels = sorted(site.glob("nvidia/*/include/nvml.h"))
    if wheels:
        return str(wheels[-1].parent)
    found = subprocess.run(
        ["cc", "-E", "-M", "-include", "nvml.h", "-x", "c", "/dev/null"],
        capture_output=True,
        check=False,
    )
    words = found.stdout.decode().split() if found.returncode == 0 else []
    return next((str(Path(word).parent) for word in words if word.endswith("/nvml.h")), None)


@pytest.mark.skipif(compiler() is None, reason="no C compiler: cc is not installed")
def test_the_stand_in_has_the_prototypes_and_layouts_of_the_real_header(tmp_path: Path) -> None:
    folder = header_folder()
    if folder is None:
        pytest.skip("nvml.h is not installed: pip install nvidia-nvml-dev-cu12, or set CPATH")
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-DNVML_HEADER", f"-I{folder}"]
    command = ["cc", *flags, "-c", str(SOURCE), "-o", str(tmp_path / "stand_in.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_bindings_structures_have_the_sizes_that_the_stand_in_asserts() -> None:
    pci, memory = pynvml.nvmlPciInfo_t, pynvml.c_nvmlMemory_t
    wide, field = pynvml.c_nvmlMemory_v2_t, pynvml.c_nvmlFieldValue_t
    attributes, state = pynvml.c_nvmlDeviceAttributes, pynvml.c_nvmlConfComputeSystemState_t
    assert (ctypes.sizeof(pci), pci.busId.offset, pci.busId.size) == (68, 36, 32)
    assert (ctypes.sizeof(memory), memory.total.offset, memory.total.size) == (24, 0, 8)
    assert (ctypes.sizeof(wide), wide.reserved.offset) == (40, 16)
    assert (ctypes.sizeof(attributes), attributes.gpuInstanceSliceCount.offset) == (40, 24)
    assert (ctypes.sizeof(field), field.value.offset) == (40, 32)
    assert ctypes.sizeof(state) == 12
