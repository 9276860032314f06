"""The guest of the camera tests: what goes into it, for the test and for the recorder alike."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from vm.harness import run
from vm.initramfs import Contents
from vm.kernel import UnavailableError

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
MODULES = ("vivid", "uvcvideo", "vhci-hcd")


def run_guest(script: str) -> Any:
    """Run ``guest/SCRIPT`` where cameras can appear, and return what it prints.

    Raises:
        UnavailableError: something needed is not installed here.
        GuestFailedError: the machine or the script failed.
    """
    contents = Contents(
        script=_HERE / "guest" / script,
        packages=(
            _ROOT / "probes/gauger_probes",
            _ROOT / "tests/support",
            _HERE,
            _package("usbip"),
        ),
        programs=("v4l2-ctl",),
    )
    return run(contents, MODULES)


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise UnavailableError(f"the Python package {name} is not installed")
    return Path(found.origin).parent
