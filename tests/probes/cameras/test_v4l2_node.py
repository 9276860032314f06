"""What one node answers, and what happens where it cannot be asked."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

import pytest

from gauger_probes.cameras.nodes import DeviceNumber
from gauger_probes.cameras.v4l2_abi import ENUM_FMT, Capabilities, Capability
from gauger_probes.cameras.v4l2_control_abi import ControlId
from gauger_probes.cameras.v4l2_node import Question, ask, describe, role_of, unanswered
from gauger_probes.evidence.camera import NodeRole
from gauger_probes.evidence.coverage import Status
from support.fake_camera import FakeCamera, FakeControl

_CHARACTER_DEVICE = "/dev/null"


def _number(path: str) -> DeviceNumber:
    found = Path(path).stat().st_rdev
    return DeviceNumber(os.major(found), os.minor(found))


@pytest.mark.parametrize(
    ("bits", "role"),
    [
        (0x04200001, NodeRole.CAPTURE),
        (0x04A00000, NodeRole.METADATA),
        (0x85200002, NodeRole.OUTPUT),
        (0x0C200000, NodeRole.OUTPUT),
        (0x04201000, NodeRole.CAPTURE),
        (0x05200003, NodeRole.CAPTURE),
        (0x04204000, None),
        (0x04208000, None),
        (0x00050000, None),
        (0x00000010, None),
        (0x04300000, None),
    ],
)
def test_a_role_follows_from_the_nodes_own_capabilities(bits: int, role: NodeRole | None) -> None:
    assert role_of(Capabilities(bits)) is role


def test_device_capabilities_win_over_those_of_the_whole_device() -> None:
    def ioctl(request: int, structure: ctypes.Structure) -> None:
        assert isinstance(structure, Capability)
        structure.driver, structure.card = b"uvcvideo", b"Cam\x1b[31mera"
        structure.bus_info = b"usb-0000:00:14.0-4"
        structure.capabilities, structure.device_caps = 0x84A00001, 0x04A00000

    asked = describe("/dev/video1", ioctl).asked
    assert asked is not None
    assert asked.node.role is NodeRole.METADATA
    assert (asked.driver, asked.card) == ("uvcvideo", "Cam\\x1b[31mera")


def test_a_capture_node_tells_its_controls() -> None:
    camera = FakeCamera(controls={ControlId.ZOOM_ABSOLUTE: FakeControl(100)})

    def ioctl(request: int, structure: ctypes.Structure) -> None:
        if isinstance(structure, Capability):
            structure.capabilities, structure.device_caps = 0x84200001, 0x04200001
        elif request == ENUM_FMT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        else:
            camera.ioctl(request, structure)

    asked = describe("/dev/video0", ioctl).asked
    assert asked is not None
    assert [control.name for control in asked.controls] == ["zoom_absolute"]


def test_a_codec_is_no_cameras_node() -> None:
    def ioctl(request: int, structure: ctypes.Structure) -> None:
        assert isinstance(structure, Capability)
        structure.capabilities, structure.device_caps = 0x84208000, 0x04208000

    answer = describe("/dev/video10", ioctl)
    assert (answer.asked, answer.status) == (None, Status.OK)


def test_a_node_that_is_no_v4l2_device_is_partial_with_the_reason() -> None:
    question = Question(_CHARACTER_DEVICE, "/dev/video0", _number(_CHARACTER_DEVICE))
    answer = ask(question)
    assert answer.status is Status.PARTIAL
    assert answer.asked is not None
    assert answer.asked.node.role is None
    assert [item.field for item in answer.asked.node.unread] == ["modes"]


def test_another_device_at_the_nodes_path_is_not_asked() -> None:
    answer = ask(Question(_CHARACTER_DEVICE, "/dev/video0", DeviceNumber(81, 0)))
    assert answer.reason == "/dev/video0 is device 1:3, not what sysfs says"


def test_a_pipe_at_the_nodes_path_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "video0")
    answer = ask(Question(str(tmp_path / "video0"), "/dev/video0", DeviceNumber(81, 0)))
    assert answer.reason == "/dev/video0 is not a character device"


def test_a_node_that_sysfs_lists_and_dev_lacks_is_said_so(tmp_path: Path) -> None:
    answer = ask(Question(str(tmp_path / "video0"), "/dev/video0", DeviceNumber(81, 0)))
    assert answer.status is Status.PARTIAL
    assert "there is no such node" in str(answer.reason)


@pytest.mark.parametrize(
    ("code", "advice"), [(errno.EACCES, "group video"), (errno.EPERM, "container")]
)
def test_a_refusal_says_what_would_help(code: int, advice: str) -> None:
    answer = unanswered("/dev/video0", OSError(code, os.strerror(code)))
    assert answer.status is Status.DENIED
    assert advice in str(answer.reason)
