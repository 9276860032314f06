"""Network interfaces with hardware behind them, through sys/class/net.

Only a hardware address that is burned in is kept: an assigned one says nothing about the machine
(Documentation/ABI/testing/sysfs-class-net, ``addr_assign_type``). A bonded interface wears the
bond's address and keeps its own in ``bonding_slave/perm_hwaddr``. No IP address is read.
"""

from __future__ import annotations

import re

from gauger_probes.evidence.host import Nic
from gauger_probes.host.device_path import components, nearest_pci
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, link_name, read_hex, read_int, read_text
from gauger_probes.text import clean

_CLASS = "class/net"
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_NO_MAC = "00:00:00:00:00:00"
_PERMANENT = 0
_USB = re.compile(r"usb[0-9]+")
#: Above any link; the kernel prints 4,294,967,295 for a speed that it does not know.
_ABSURD_MBIT = 10_000_000


def read(roots: Roots) -> tuple[Nic, ...]:
    """Return the interfaces that have a device, by interface name."""
    found = []
    for name in entries(roots, f"sys/{_CLASS}"):
        if link_name(roots, f"sys/{_CLASS}/{name}/device") is not None:
            found.append(_nic(roots, f"sys/{_CLASS}/{name}", clean(name) or ""))
    return tuple(found)


def _nic(roots: Roots, path: str, name: str) -> Nic:
    parts = components(roots, f"{path}/device")
    address, vendor, device = _identify(roots, parts)
    return Nic(
        address=address,
        vendor=vendor,
        device=device,
        driver=link_name(roots, f"{path}/device/driver"),
        mac=_mac(roots, path),
        speed_bits_per_s=_speed(roots, path),
        source=f"sysfs:{_CLASS}/{name}",
    )


def _identify(roots: Roots, parts: tuple[str, ...]) -> tuple[str | None, str | None, str | None]:
    """Return address, vendor and device id: of the USB device, else of the PCI function."""
    if any(_USB.fullmatch(part) for part in parts):
        owner = "/".join(parts[:-1])
        vendor = read_hex(roots, f"{owner}/idVendor", 4)
        return clean(parts[-1]), vendor, read_hex(roots, f"{owner}/idProduct", 4)
    address = nearest_pci(parts)
    if address is None:
        return (clean(parts[-1]) if parts else None), None, None
    function = "/".join(parts[: len(parts) - parts[::-1].index(address)])
    vendor = read_hex(roots, f"{function}/vendor", 4)
    return address, vendor, read_hex(roots, f"{function}/device", 4)


def _mac(roots: Roots, path: str) -> str | None:
    if read_int(roots, f"{path}/addr_assign_type", 10) == _PERMANENT:
        address = read_text(roots, f"{path}/address")
    else:
        address = read_text(roots, f"{path}/bonding_slave/perm_hwaddr")
    if not address or not _MAC.fullmatch(address) or address == _NO_MAC:
        return None
    return address


def _speed(roots: Roots, path: str) -> float | None:
    megabits = read_int(roots, f"{path}/speed", 10)
    return megabits * 1e6 if megabits and 0 < megabits < _ABSURD_MBIT else None
