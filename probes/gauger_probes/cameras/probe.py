"""Which cameras this machine has, from kernel text alone.

Reads sys/class/video4linux and sys/bus/usb through the given root; the nodes' own answers come
from the probe ``cameras.v4l2``.
"""

from __future__ import annotations

import os

from gauger_probes.cameras.enumerate import list_cameras
from gauger_probes.cameras.nodes import NODES
from gauger_probes.cameras.sysfs_usb import DEVICES
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries

#: Directories that must list for the answer to be whole; a hardened system closes them to users.
_NEEDED = ("sys", NODES, DEVICES)


def probe(context: Context) -> Result:
    """Return the cameras that sysfs shows; a directory that will not list is a hole."""
    closed = [path for path in _NEEDED if _denied(context.roots, path)]
    if not closed and not any(entries(context.roots, "sys")):
        return Result(
            status=Status.UNAVAILABLE,
            reason="there is no sysfs under this root; mount it at /sys",
            could_hide=(Hidden.CAMERA,),
        )
    listing = list_cameras(context.roots)
    holes = [f"no permission to list {', '.join(closed)}; run as root"] if closed else []
    if listing.unknown:
        holes.append(f"unreadable USB descriptors at port {', '.join(listing.unknown)}")
    status = Status.PARTIAL if holes else Status.OK
    return Result(
        cameras=listing.cameras,
        status=Status.DENIED if closed else status,
        reason="; ".join(holes) or None,
        could_hide=(Hidden.CAMERA,) if holes else (),
        notes={"usbLinkMbps": dict(listing.link_mbps)},
    )


def _denied(roots: Roots, path: str) -> bool:
    try:
        os.listdir(roots.resolve(path))  # noqa: PTH208 - listing is the question, not the names
    except PermissionError:
        return True
    except OSError:
        return False
    return False
