"""Runs in the guest: prints the part of sysfs that the camera probe reads, file by file.

The machine that it shows: a vivid instance, an infrared pair with its driver, and a webcam that
was de-authorised.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vm.guest.machine import load, plug_all, unplug_drivers
from vm.guest.zoo import ZOO

_NODE_FILES = ("name", "index", "dev", "device", "subsystem")
_DEVICE_FILES = (
    *("descriptors", "idVendor", "idProduct", "bcdDevice", "manufacturer", "product", "serial"),
    *("speed", "authorized", "driver", "subsystem"),
)
#: The bus that the cameras are plugged into; vhci_hcd makes fifteen more, all empty.
_BUS_1 = re.compile(r"usb1|1-.*")


def main() -> None:
    """Print an object: path -> ``{"link": target}`` or ``{"hex": bytes}``."""
    load("vivid")
    load("uvcvideo")
    load("vhci-hcd")
    plug_all(ZOO[:2])
    unplug_drivers("1-1")
    found: dict[str, dict[str, str]] = {}
    for path in _paths():
        if path.is_symlink():
            found[str(path)] = {"link": str(path.readlink())}
        elif path.is_file():
            found[str(path)] = {"hex": path.read_bytes().hex()}
    json.dump(found, sys.stdout)


def _paths() -> Iterator[Path]:
    for node in sorted(Path("/sys/class/video4linux").iterdir()):
        yield node
        yield from (node.resolve() / name for name in _NODE_FILES)
        device = (node / "device").resolve()
        yield from (device / name for name in ("driver", "subsystem"))
    for device in sorted(Path("/sys/bus/usb/devices").iterdir()):
        if _BUS_1.fullmatch(device.name):
            yield device
            yield from (device.resolve() / name for name in _DEVICE_FILES)


if __name__ == "__main__":
    main()
