"""Where a device sits: the components of its resolved sysfs path, and PCI addresses among them.

The kernel builds the path from the buses between the processor and the device
(Documentation/filesystems/sysfs.rst), so a component such as ``ata1`` or ``usb2`` names a
transport.
"""

from __future__ import annotations

import re

from gauger_probes.roots import Roots

#: ``domain:bus:device.function``. A domain has more than four digits behind Intel VMD.
PCI_ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]")


def components(roots: Roots, path: str) -> tuple[str, ...]:
    """Return the components of ``path`` below the root with every link followed inside it."""
    try:
        return roots.resolve(path).relative_to(roots.root).parts
    except (OSError, ValueError):
        return ()


def nearest_pci(parts: tuple[str, ...]) -> str | None:
    """Return the innermost PCI address in the components of a device path."""
    return next((part for part in reversed(parts) if PCI_ADDRESS.fullmatch(part)), None)
