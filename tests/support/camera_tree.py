"""Builds small sysfs trees with video nodes and USB devices, as the kernel lays them out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gauger_probes.roots import Roots


@dataclass(frozen=True)
class CameraTree:
    """A root under construction; paths are relative to it, such as ``sys/devices/platform/x``."""

    root: Path

    @property
    def roots(self) -> Roots:
        """The tree as a captured machine."""
        return Roots(self.root, captured=True)

    def write(self, path: str, content: str | bytes) -> None:
        """Write one attribute."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else f"{content}\n".encode())

    def link(self, path: str, target: str) -> None:
        """Make the link ``path`` to ``target``, both relative to the root."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / target, place.parent))

    def node(self, name: str, device: str, *, label: str = "Camera", minor: int = 0) -> None:
        """Add the node ``name`` under ``device``."""
        place = f"{device}/video4linux/{name}"
        self.write(f"{place}/name", label)
        self.write(f"{place}/index", "0")
        self.write(f"{place}/dev", f"81:{minor}")
        self.link(f"{place}/device", device)
        self.link(f"sys/class/video4linux/{name}", place)

    def loopback_node(self, name: str, *, label: str) -> None:
        """Add a node that no device stands behind."""
        place = f"sys/devices/virtual/video4linux/{name}"
        self.write(f"{place}/name", label)
        self.write(f"{place}/dev", "81:0")
        self.link(f"sys/class/video4linux/{name}", place)

    def driver(self, device: str, name: str, bus: str) -> None:
        """Bind ``device`` to the driver ``name``."""
        self.link(f"{device}/driver", f"sys/bus/{bus}/drivers/{name}")
        self.link(f"{device}/subsystem", f"sys/bus/{bus}")

    def usb(self, port: str, descriptors: bytes, controller: str, **attributes: str) -> str:
        """Add a USB device at ``port`` of bus 1 behind ``controller``; return its path."""
        device = f"{controller}/usb1/{port}"
        self.write(f"{device}/descriptors", descriptors)
        values = {"idVendor": "1d6b", "idProduct": "0102", "bcdDevice": "0123", "speed": "480"}
        for name, value in {**values, **attributes}.items():
            self.write(f"{device}/{name}", value)
        self.link(f"sys/bus/usb/devices/{port}", device)
        return device

    def interface(self, device: str, number: int, driver: str | None) -> str:
        """Add interface ``number`` of configuration 1; return its path."""
        place = f"{device}/{device.rpartition('/')[2]}:1.{number}"
        self.write(f"{place}/bInterfaceNumber", f"{number:02x}")
        if driver is not None:
            self.driver(place, driver, "usb")
        return place
