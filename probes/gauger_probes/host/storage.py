"""Disks with hardware behind them, through sys/class/block.

Loop, RAM, device-mapper and md devices have no ``device`` link, and partitions and the hidden
paths of a multipath disk are not disks of their own. Sizes are in sectors of 512 bytes whatever
the disk's own sector (Documentation/ABI/stable/sysfs-block).
"""

from __future__ import annotations

import re

from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.host import Disk
from gauger_probes.host.device_path import components
from gauger_probes.roots import Roots
from gauger_probes.sysfs import (
    Attribute,
    Found,
    entries,
    exists,
    link_name,
    read_attribute,
    read_bytes,
    read_int,
    read_text,
)
from gauger_probes.text import clean

_SECTOR = 512
_MAX_SECTORS = 2**55
_VPD_HEADER = 4
_MAX_VPD = 255
#: Areas of one eMMC that the kernel lists as disks of their own.
_MMC_AREA = re.compile(r"mmcblk[0-9]+(?:boot[0-9]+|gp[0-9]+|rpmb)")
#: What a path component says of the transport; the first that matches, in this order.
_TRANSPORTS = (
    ("virtio", re.compile(r"virtio[0-9]+")),
    ("usb", re.compile(r"usb[0-9]+")),
    ("nvme", re.compile(r"nvme(?:[0-9]+|-subsystem)")),
    ("mmc", re.compile(r"mmc_host")),
    ("sas", re.compile(r"end_device-[0-9:]+|sas_device")),
    ("sata", re.compile(r"ata[0-9]+")),
)


def read(roots: Roots) -> tuple[Disk, ...]:
    """Return the disks, by kernel name."""
    directory = "class/block" if exists(roots, "sys/class/block") else "block"
    found = []
    for name in entries(roots, f"sys/{directory}"):
        if _is_disk(roots, f"sys/{directory}/{name}", name):
            found.append(_disk(roots, directory, name))
    return tuple(found)


def _is_disk(roots: Roots, path: str, name: str) -> bool:
    if link_name(roots, f"{path}/device") is None or _MMC_AREA.fullmatch(name):
        return False
    return not exists(roots, f"{path}/partition") and read_int(roots, f"{path}/hidden", 10) != 1


def _disk(roots: Roots, directory: str, name: str) -> Disk:
    path = f"sys/{directory}/{name}"
    serial = _serial(roots, path)
    wwid = _first(roots, f"{path}/wwid", f"{path}/device/wwid")
    return Disk(
        name=clean(name) or "",
        model=_first(roots, f"{path}/device/model", f"{path}/device/name").text,
        serial=serial.text,
        wwid=wwid.text,
        firmware=_first(
            roots,
            f"{path}/device/firmware_rev",
            f"{path}/device/rev",
            f"{path}/device/fwrev",
        ).text,
        size_bytes=_size(roots, path),
        rotational=_flag(roots, f"{path}/queue/rotational"),
        removable=_flag(roots, f"{path}/removable"),
        transport=_transport(components(roots, path)),
        source=f"sysfs:{directory}/{clean(name)}",
        unread=_named("serial", serial) + _named("wwid", wwid),
    )


def _first(roots: Roots, *paths: str) -> Attribute:
    """Return the first attribute that is there, whether or not it can be read."""
    attribute = read_attribute(roots, paths[0])
    for path in paths[1:]:
        if attribute.found is not Found.ABSENT:
            break
        attribute = read_attribute(roots, path)
    return attribute


def _serial(roots: Roots, path: str) -> Attribute:
    """Return the serial: an attribute on NVMe, MMC and virtio, VPD page 80h on SCSI and SATA."""
    attribute = _first(roots, f"{path}/device/serial", f"{path}/serial")
    if attribute.found is not Found.ABSENT:
        return attribute
    try:
        page = read_bytes(roots, f"{path}/device/vpd_pg80", _VPD_HEADER + _MAX_VPD)
    except PermissionError:
        return Attribute("serial", Found.DENIED)
    except OSError:
        return attribute
    text = serial_in_vpd(page)
    return Attribute("serial", Found.PRESENT, text) if text else attribute


def serial_in_vpd(page: bytes) -> str | None:
    """Return the unit serial number in VPD page 80h (SPC-5, 7.7.19), or ``None``."""
    if len(page) < _VPD_HEADER or page[1] != 0x80:
        return None
    length = int.from_bytes(page[2:4], "big")
    return clean(page[_VPD_HEADER : _VPD_HEADER + length])


def _named(field: str, attribute: Attribute) -> tuple[Unread, ...]:
    return tuple(Unread(field, item.reason) for item in attribute.unread())


def _size(roots: Roots, path: str) -> int | None:
    sectors = read_int(roots, f"{path}/size", 10)
    if sectors is None or not 0 <= sectors < _MAX_SECTORS:
        return None
    return sectors * _SECTOR


def _flag(roots: Roots, path: str) -> bool | None:
    return {"0": False, "1": True}.get(read_text(roots, path) or "")


def _transport(parts: tuple[str, ...]) -> str | None:
    for name, pattern in _TRANSPORTS:
        if any(pattern.fullmatch(part) for part in parts):
            return name
    return None
