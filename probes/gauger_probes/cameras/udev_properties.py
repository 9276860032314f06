"""What udev noted about a video node when it appeared, for nodes that this user may not open.

udev's rule 60-persistent-v4l.rules asks every node as root and keeps the answer as
``ID_V4L_CAPABILITIES`` (``:capture:``), which any user may read; sysfs has no such attribute.
pyudev is optional, and used on the running machine only.
"""

from __future__ import annotations

from gauger_probes.evidence.camera import NodeRole


def role(node: str) -> NodeRole | None:
    """Return what udev says that node ``node`` (``video0``) is for, or ``None`` if nothing."""
    try:
        import pyudev
    except (ImportError, OSError):
        return None
    try:
        device = pyudev.Devices.from_name(pyudev.Context(), "video4linux", node)
        return role_of(str(device.properties.get("ID_V4L_CAPABILITIES", "")))
    except (pyudev.DeviceNotFoundError, OSError, ValueError, UnicodeError):
        return None


def role_of(capabilities: str) -> NodeRole | None:
    """Return the role behind an ``ID_V4L_CAPABILITIES`` value.

    A metadata node has no word of its own there, so only capture and output are told.
    """
    words = capabilities.split(":")
    if "capture" in words:
        return NodeRole.CAPTURE
    return NodeRole.OUTPUT if "video_output" in words else None
