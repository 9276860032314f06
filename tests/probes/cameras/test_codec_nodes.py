"""Codecs make video nodes too; they are left out of the cameras once they have answered."""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.evidence.camera import Camera, Mode, Node
from gauger_probes.result import Result
from gauger_probes.run.merge import cameras_of

_CODEC = Camera(
    id="platform-bcm2835-codec",
    bus="platform",
    address="bcm2835-codec",
    usb=None,
    name="bcm2835-codec-decode",
    manufacturer=None,
    serial=None,
    driver="bcm2835-codec",
    bound=True,
    virtual=False,
    remote=False,
    nodes=(Node("/dev/video10", None), Node("/dev/video11", None)),
)


def test_a_device_whose_nodes_are_all_codecs_is_no_camera() -> None:
    answered = Result(not_cameras=("/dev/video10", "/dev/video11"))
    assert cameras_of([Result(cameras=(_CODEC,)), answered]) == ()


def test_a_device_with_a_node_that_may_be_a_cameras_stays_with_that_node() -> None:
    (camera,) = cameras_of([Result(cameras=(_CODEC,)), Result(not_cameras=("/dev/video10",))])
    assert [node.path for node in camera.nodes] == ["/dev/video11"]


def test_a_device_that_claims_modes_stays_whatever_its_nodes_are() -> None:
    claiming = replace(_CODEC, descriptor_modes=(Mode("YUYV", width=640, height=480),))
    answered = Result(not_cameras=("/dev/video10", "/dev/video11"))
    (camera,) = cameras_of([Result(cameras=(claiming,)), answered])
    assert camera.nodes == ()
