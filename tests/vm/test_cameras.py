"""The camera probes against real V4L2 and USB drivers, in a virtual machine.

vivid and uvcvideo are the kernel's own; the USB cameras are descriptors over USB/IP. What
v4l2-ctl says of the same nodes is the independent second opinion.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from gauger_probes.evidence.camera import Camera, Mode, NodeRole
from gauger_probes.evidence.codec import from_json
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.document import Evidence
from vm.cameras import run_guest
from vm.kernel import UnavailableError

pytestmark = pytest.mark.system

Shape = tuple[str, int | None, int | None]


@pytest.fixture(scope="module")
def stages() -> dict[str, Any]:
    try:
        found: dict[str, Any] = run_guest("run_cameras.py")
    except UnavailableError as problem:
        pytest.skip(str(problem))
    return found


def _stage(stages: dict[str, Any], name: str) -> Evidence:
    return from_json(Evidence, stages[name])


def _camera(evidence: Evidence, name: str) -> Camera:
    (found,) = (camera for camera in evidence.cameras if camera.name == name)
    return found


def _usb(evidence: Evidence) -> list[Camera]:
    return [camera for camera in evidence.cameras if camera.bus == "usb"]


def _status(evidence: Evidence, probe: str) -> Status:
    (line,) = (line for line in evidence.coverage if line.probe == probe)
    return line.status


def _driver_modes(camera: Camera) -> tuple[Mode, ...]:
    return tuple(mode for node in camera.nodes for mode in node.modes)


def _timed(modes: tuple[Mode, ...]) -> set[tuple[Any, ...]]:
    """Return what identifies each mode; uvcvideo shortens fractions, so times in microseconds."""
    timed = set()
    for mode in modes:
        intervals = list(mode.intervals)
        if mode.interval_range is not None:
            intervals += [mode.interval_range.min, mode.interval_range.max]
        times = tuple(round(1e6 * item.numerator / item.denominator) for item in intervals)
        timed.add((mode.pixel_format, mode.width, mode.height, times))
    return timed


def _shapes(modes: tuple[Mode, ...]) -> set[Shape]:
    return {(mode.pixel_format, mode.width, mode.height) for mode in modes}


def _listed_by_v4l2_ctl(text: str) -> set[Shape]:
    found: set[Shape] = set()
    name = ""
    for line in text.splitlines():
        heading = re.match(r"\s*\[\d+\]: '(.{4,7})' \(", line)
        size = re.match(r"\s*Size: Discrete (\d+)x(\d+)", line)
        if heading:
            name = heading[1]
        elif size:
            found.add((name, int(size[1]), int(size[2])))
    return found


def test_a_machine_without_v4l2_has_no_cameras_and_no_hole(stages: dict[str, Any]) -> None:
    evidence = _stage(stages, "bare")
    assert evidence.cameras == ()
    assert _status(evidence, "cameras") is Status.OK


def test_vivid_is_virtual_and_lists_modes_with_every_role(stages: dict[str, Any]) -> None:
    (vivid,) = (c for c in _stage(stages, "plugged").cameras if c.driver == "vivid")
    assert vivid.virtual
    assert not vivid.remote
    assert {node.role for node in vivid.nodes} == set(NodeRole)
    assert len(_driver_modes(vivid)) > 100


def test_every_node_offers_what_v4l2_ctl_says(stages: dict[str, Any]) -> None:
    evidence = _stage(stages, "plugged")
    nodes = {node.path: node for camera in evidence.cameras for node in camera.nodes}
    assert set(nodes) == set(stages["clients"])
    for path, text in stages["clients"].items():
        expected = set() if nodes[path].role is not NodeRole.CAPTURE else _listed_by_v4l2_ctl(text)
        assert _shapes(nodes[path].modes) == expected, path
        assert len(expected) == len(nodes[path].modes), path


def test_big_endian_formats_are_spelt_as_v4l2_ctl_does(stages: dict[str, Any]) -> None:
    (vivid,) = (c for c in _stage(stages, "plugged").cameras if c.driver == "vivid")
    names = {mode.pixel_format for mode in _driver_modes(vivid)}
    assert {"Y16 ", "Y16 -BE", "AR15-BE"} <= names


def test_cameras_over_usb_ip_are_remote_and_real(stages: dict[str, Any]) -> None:
    cameras = _usb(_stage(stages, "plugged"))
    assert len(cameras) == 5
    for camera in cameras:
        assert camera.remote
        assert not camera.virtual
        assert camera.driver == "uvcvideo"
        assert camera.bound


def test_what_descriptors_claim_is_what_the_driver_offers(stages: dict[str, Any]) -> None:
    for camera in _usb(_stage(stages, "plugged")):
        assert camera.descriptor_modes, camera.name
        assert _timed(camera.descriptor_modes) == _timed(_driver_modes(camera)), camera.name


def test_an_infrared_pair_on_one_plug_is_one_camera(stages: dict[str, Any]) -> None:
    pair = _camera(_stage(stages, "plugged"), "Gauger infrared pair")
    roles = [node.role for node in pair.nodes]
    assert roles.count(NodeRole.CAPTURE) == roles.count(NodeRole.METADATA) == 2


def test_a_serial_that_two_cameras_share_does_not_make_them_one(stages: dict[str, Any]) -> None:
    cameras = _usb(_stage(stages, "plugged"))
    assert sorted(c.address for c in cameras if c.serial == "SAME") == ["1-3", "1-4"]
    assert len({camera.id for camera in cameras}) == len(cameras)


def test_a_user_without_rights_still_finds_every_camera(stages: dict[str, Any]) -> None:
    denied, allowed = _stage(stages, "denied"), _stage(stages, "plugged")
    assert _status(denied, "cameras.v4l2") is Status.DENIED
    assert [camera.id for camera in denied.cameras] == [camera.id for camera in allowed.cameras]
    for camera in denied.cameras:
        assert all(node.role is None and node.unread for node in camera.nodes)
    assert all(line.could_hide == () for line in denied.coverage if line.probe[:4] == "came")


def test_a_system_that_hides_its_devices_from_users_leaves_a_hole(stages: dict[str, Any]) -> None:
    (line,) = (line for line in _stage(stages, "closed").coverage if line.probe == "cameras")
    assert line.status is Status.DENIED
    assert line.could_hide == (Hidden.CAMERA,)
    assert "sys/class/video4linux" in str(line.reason)


def test_a_deauthorised_camera_keeps_its_claims(stages: dict[str, Any]) -> None:
    before = _camera(_stage(stages, "plugged"), "Gauger webcam")
    after = _camera(_stage(stages, "deauthorised"), "Gauger webcam")
    assert after.id == before.id
    assert not after.bound
    assert after.driver is None
    assert after.nodes == ()
    assert after.descriptor_modes == before.descriptor_modes
