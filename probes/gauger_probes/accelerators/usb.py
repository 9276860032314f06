"""USB devices that compute, found by their numbers: Coral, Movidius and the like.

The numbers and strings stay readable by any user without a driver
(Documentation/ABI/testing/sysfs-bus-usb). USB has no class for them, so that who asks says which
numbers to look for.
"""

from __future__ import annotations

import re

from gauger_probes.accelerators.device_files import DeviceFiles, list_folder, unlisted
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.host.device_path import components
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import link_name, read_hex

_DEVICES = "sys/bus/usb/devices"
#: Port paths of plugged devices (``1-4.2``); root hubs and interfaces have other names.
_DEVICE = re.compile(r"[0-9]{1,5}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}")
#: The virtual host controller of USB/IP (Documentation/usb/usbip_protocol.rst).
_REMOTE = "vhci_hcd"
_NAMED = 4


def probe(context: Context) -> Result:
    """Return the plugged devices of ``known_usb``; ``notRun`` where there is no USB.

    A device whose numbers cannot be read could be one of them, and is said.
    """
    roots = context.roots
    listing = list_folder(roots, _DEVICES)
    missing = unlisted(listing, _DEVICES, "no USB on this machine", Hidden.ACCELERATOR)
    if missing is not None:
        return missing
    ports = [name for name in listing.names if _DEVICE.fullmatch(name)]
    numbers = {port: _numbers(roots, port) for port in ports}
    known = frozenset(context.options.known_usb)
    found = tuple(_entry(roots, port, id_) for port, id_ in numbers.items() if id_ in known)
    unknown = [port for port, id_ in numbers.items() if id_ is None]
    if not unknown:
        return Result(accelerators=found)
    more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    return Result(
        accelerators=found,
        status=Status.PARTIAL,
        reason=f"numbers of {', '.join(unknown[:_NAMED])}{more} unreadable",
        could_hide=(Hidden.ACCELERATOR,),
    )


def _numbers(roots: Roots, port: str) -> str | None:
    vendor = read_hex(roots, f"{_DEVICES}/{port}/idVendor", 4)
    product = read_hex(roots, f"{_DEVICES}/{port}/idProduct", 4)
    return None if vendor is None or product is None else f"{vendor}:{product}"


def _entry(roots: Roots, port: str, numbers: str | None) -> Accelerator:
    device = DeviceFiles(roots, f"{_DEVICES}/{port}")
    driver = _driver(device, port)
    remote = any(part.startswith(_REMOTE) for part in components(roots, device.path))
    identity = Identity(
        source=f"sysfs:usb {numbers}",
        name=device.text("product"),
        vendor=device.text("manufacturer"),
        serial=device.text("serial"),
        unread=tuple(device.unread),
        properties={"remote": True} if remote else None,
    )
    return Accelerator(
        id=f"usb-{port}",
        bus=Bus.USB,
        address=port,
        pci=None,
        driver=driver,
        bound=driver is not None,
        parent=None,
        identities=(identity,),
    )


def _driver(device: DeviceFiles, port: str) -> str | None:
    """The driver of one of the device's interfaces (``1-4.2:1.0``)."""
    interfaces = device.folders(rf"{re.escape(port)}:[0-9]{{1,3}}\.[0-9]{{1,3}}")
    found = (link_name(device.roots, f"{device.path}/{name}/driver") for name in interfaces)
    return next((driver for driver in found if driver is not None), None)
