"""What SMBIOS prints on system, board, chassis and firmware, through sys/class/dmi/id.

The kernel gives one file per string (drivers/firmware/dmi-id.c); serial numbers and the UUID are
readable by root alone. Chassis names are those of DMTF DSP0134, section 7.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.evidence.host import Bios, Nameplate
from gauger_probes.roots import Roots
from gauger_probes.sysfs import Attribute, entries, read_attribute, read_int

DIRECTORY = "sys/class/dmi/id"
SOURCE = "sysfs:class/dmi/id"

_CHASSIS = (
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All in One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "SubChassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system Chassis",
    "Compact PCI",
    "Advanced TCA",
    "Blade",
    "Blade Enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
)
#: Bit 7 of the chassis type says that the chassis has a lock.
_TYPE_BITS = 0x7F


@dataclass(frozen=True, slots=True)
class Dmi:
    """The nameplates; ``present`` is false where the machine has no SMBIOS tables here."""

    system: Nameplate
    board: Nameplate
    chassis: Nameplate
    bios: Bios
    present: bool


def read(roots: Roots) -> Dmi:
    """Return what SMBIOS says of the machine."""
    return Dmi(
        system=_plate(roots, "sys_vendor", "product", "product_uuid"),
        board=_plate(roots, "board_vendor", "board"),
        chassis=_chassis(roots),
        bios=_bios(roots),
        present=next(entries(roots, DIRECTORY), None) is not None,
    )


def _plate(roots: Roots, vendor_file: str, prefix: str, uuid_file: str | None = None) -> Nameplate:
    vendor = _read(roots, vendor_file, "vendor")
    name = _read(roots, f"{prefix}_name", "name")
    version = _read(roots, f"{prefix}_version", "version")
    serial = _read(roots, f"{prefix}_serial", "serial")
    read = [vendor, name, version, serial]
    uuid = None
    if uuid_file:
        uuid = _read(roots, uuid_file, "uuid")
        read.append(uuid)
    return Nameplate(
        vendor=vendor.text,
        name=name.text,
        version=version.text,
        serial=serial.text,
        uuid=uuid.text if uuid else None,
        source=_source(read),
        unread=tuple(item for attribute in read for item in attribute.unread()),
    )


def _chassis(roots: Roots) -> Nameplate:
    vendor = _read(roots, "chassis_vendor", "vendor")
    version = _read(roots, "chassis_version", "version")
    serial = _read(roots, "chassis_serial", "serial")
    read = [vendor, _read(roots, "chassis_type", "name"), version, serial]
    return Nameplate(
        vendor=vendor.text,
        name=_chassis_name(read_int(roots, f"{DIRECTORY}/chassis_type", 10)),
        version=version.text,
        serial=serial.text,
        source=_source(read),
        unread=tuple(item for attribute in read for item in attribute.unread()),
    )


def _chassis_name(number: int | None) -> str | None:
    """SMBIOS gives a chassis no name of its own, so its type stands in."""
    if number is None or not 1 <= number & _TYPE_BITS <= len(_CHASSIS):
        return None
    return _CHASSIS[(number & _TYPE_BITS) - 1]


def _bios(roots: Roots) -> Bios:
    vendor = _read(roots, "bios_vendor", "vendor")
    version = _read(roots, "bios_version", "version")
    date = _read(roots, "bios_date", "date")
    read = [vendor, version, date]
    return Bios(
        vendor=vendor.text,
        version=version.text,
        date=date.text,
        source=_source(read),
        unread=tuple(item for attribute in read for item in attribute.unread()),
    )


def _read(roots: Roots, file: str, field: str) -> Attribute:
    return read_attribute(roots, f"{DIRECTORY}/{file}", field)


def _source(read: list[Attribute]) -> str | None:
    return SOURCE if any(attribute.text for attribute in read) else None
