"""Asks one /dev/videoN what it is and which modes it offers.

Runs in a process that may be lost: a driver can hang or crash in any of these calls. The node is
opened without blocking and without starting a stream, so a camera that is in use answers too.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from gauger_probes.cameras.controls import ControlList, read_controls
from gauger_probes.cameras.nodes import DeviceNumber
from gauger_probes.cameras.v4l2_abi import QUERYCAP, BufferType, Capabilities, Capability
from gauger_probes.cameras.v4l2_modes import Ioctl, ModeList, list_modes
from gauger_probes.evidence.camera import Node, NodeRole
from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Asked
from gauger_probes.text import clean

_MAX_NOTES = 16

_NO_CAMERA = Capabilities.VIDEO_M2M | Capabilities.VIDEO_M2M_MPLANE
_CAPTURE = Capabilities.VIDEO_CAPTURE | Capabilities.VIDEO_CAPTURE_MPLANE
_OUTPUT = Capabilities.VIDEO_OUTPUT | Capabilities.VIDEO_OUTPUT_MPLANE | Capabilities.META_OUTPUT


@dataclass(frozen=True, slots=True)
class Question:
    """One node to ask: where to open it, what to call it, and which device it must be."""

    open_path: str
    path: str
    number: DeviceNumber | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking one node; ``asked`` is ``None`` where it is no camera's node."""

    path: str
    asked: Asked | None
    status: Status
    reason: str | None


class WrongNodeError(OSError):
    """What lies at the path is not the device that sysfs names."""


def ask(question: Question) -> Answer:
    """Open the node and list what it offers; whatever fails becomes part of the answer."""
    try:
        descriptor = open_node(question)
    except OSError as problem:
        return unanswered(question.path, problem)
    try:
        return describe(question.path, ioctl_on(descriptor))
    except OSError as problem:
        return unanswered(question.path, problem)
    finally:
        os.close(descriptor)


def describe(path: str, ioctl: Ioctl) -> Answer:
    """Return the answer of the node behind ``ioctl``.

    Raises:
        OSError: it does not answer QUERYCAP, or went away.
    """
    capability = Capability()
    ioctl(QUERYCAP, capability)
    caps = Capabilities(capability.capabilities)
    if caps & Capabilities.DEVICE_CAPS:
        # Else the bits are those of the whole device, and a metadata node looks like a camera.
        caps = Capabilities(capability.device_caps)
    role = role_of(caps)
    if role is None:
        return Answer(path, None, Status.OK, None)
    captures = role is NodeRole.CAPTURE
    found = _modes(ioctl, caps) if captures else ModeList()
    controls = read_controls(ioctl) if captures else ControlList((), ())
    notes = dict.fromkeys(found.notes)
    unread = (*(Unread("modes", note) for note in notes), *controls.unread)
    asked = Asked(
        node=Node(
            path=path,
            role=role,
            modes=tuple(dict.fromkeys(found.modes)),
            unread=unread[:_MAX_NOTES],
        ),
        driver=clean(capability.driver),
        card=clean(capability.card),
        bus_info=clean(capability.bus_info),
        controls=controls.controls,
    )
    return Answer(path, asked, Status.OK, None)


def role_of(caps: Capabilities) -> NodeRole | None:
    """Return what a node is for by its own capabilities, or ``None`` if no camera has such."""
    if caps & _NO_CAMERA:
        return None
    if caps & _CAPTURE:
        return NodeRole.CAPTURE
    if caps & Capabilities.META_CAPTURE:
        return NodeRole.METADATA
    return NodeRole.OUTPUT if caps & _OUTPUT else None


def unanswered(path: str, problem: OSError) -> Answer:
    """Return the answer of a node that could not be asked, with what would help."""
    if problem.errno == errno.EACCES:
        return lost(path, Status.DENIED, "permission denied; add the user to the group video")
    if problem.errno == errno.EPERM:
        return lost(path, Status.DENIED, "not permitted; let this container use the device")
    if problem.errno == errno.ENOENT:
        return lost(path, Status.PARTIAL, "there is no such node; is /dev the machine's own?")
    return lost(path, Status.PARTIAL, problem.strerror or "unreadable")


def lost(path: str, status: Status, reason: str) -> Answer:
    """Return the answer of a node about which nothing but its existence is known."""
    node = Node(path=path, role=None, unread=(Unread("modes", reason),))
    return Answer(path, Asked(node, None, None, None), status, reason)


def _modes(ioctl: Ioctl, caps: Capabilities) -> ModeList:
    both = ModeList()
    queues = (
        (Capabilities.VIDEO_CAPTURE, BufferType.VIDEO_CAPTURE),
        (Capabilities.VIDEO_CAPTURE_MPLANE, BufferType.VIDEO_CAPTURE_MPLANE),
    )
    for capability, queue in queues:
        if caps & capability:
            found = list_modes(ioctl, queue)
            both.modes += found.modes
            both.notes += found.notes
    return both


def open_node(question: Question) -> int:
    """Open the node without blocking and return its descriptor.

    Raises:
        OSError: it cannot be opened, or is another device than sysfs names (``WrongNodeError``).
    """
    # A look before opening: opening what is not the node could have effects of its own.
    _check(Path(question.open_path).stat(), question)
    flags = os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        descriptor = os.open(question.open_path, os.O_RDWR | flags)
    except PermissionError:
        descriptor = os.open(question.open_path, os.O_RDONLY | flags)
    try:
        _check(os.fstat(descriptor), question)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check(found: os.stat_result, question: Question) -> None:
    if not stat.S_ISCHR(found.st_mode):
        raise WrongNodeError(0, f"{question.path} is not a character device")
    number = DeviceNumber(os.major(found.st_rdev), os.minor(found.st_rdev))
    if number != question.number:
        raise WrongNodeError(
            0, f"{question.path} is device {number.major}:{number.minor}, not what sysfs says"
        )


def ioctl_on(descriptor: int) -> Ioctl:
    """Return the function that makes ioctls on ``descriptor``."""

    def ioctl(request: int, structure: ctypes.Structure) -> None:
        fcntl.ioctl(descriptor, request, structure)

    return ioctl
