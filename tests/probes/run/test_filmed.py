"""What was filmed goes to the camera that it was filmed of, and to no other."""

from __future__ import annotations

from gauger_probes.evidence.camera import Camera, Control, Node, NodeRole
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Privilege, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Asked, Filmed, Part, Result
from gauger_probes.run.assemble import assemble
from gauger_probes.run.outcome import Outcome

_RATE = Measurement("frameRate", None, "Hz", 30.0, 29.0, 31.0, 60, 0.95, "streamed")


def _camera(name: str, *paths: str) -> Camera:
    return Camera(
        id=name,
        bus="usb",
        address=name,
        usb=None,
        name=None,
        manufacturer=None,
        serial=None,
        driver="uvcvideo",
        bound=True,
        virtual=False,
        remote=False,
        nodes=tuple(Node(path, None) for path in paths),
    )


def _assembled(film: Result, *others: Result) -> Evidence:
    cameras = Result(cameras=(_camera("a", "/dev/video0", "/dev/video2"), _camera("b")))
    outcomes = [
        Outcome("cameras", Status.OK, result=cameras),
        *(Outcome("cameras.v4l2", Status.OK, result=other) for other in others),
        Outcome("measure.cameras", film.status, film.reason, 1.0, film),
    ]
    return assemble(outcomes, Privilege.USER, ())


def test_a_camera_gets_its_own_measurements() -> None:
    evidence = _assembled(Result(filmed=(Filmed("b", (_RATE,)),)))
    assert [camera.measurements for camera in evidence.cameras] == [(), (_RATE,)]


def test_a_film_of_no_listed_camera_belongs_to_nothing_and_is_said() -> None:
    evidence = _assembled(Result(filmed=(Filmed("gone", (_RATE,)),)))
    assert all(not camera.measurements for camera in evidence.cameras)
    reasons = [line.reason for line in evidence.coverage if line.probe == "measure.cameras"]
    assert "no camera is listed as gone, which was measured" in reasons


def test_a_camera_that_was_busy_leaves_a_line_and_opens_no_verdict() -> None:
    part = Part("measure.cameras", Status.PARTIAL, "a: in use by another program")
    evidence = _assembled(Result(parts=(part,), status=Status.PARTIAL))
    lines = [line for line in evidence.coverage if line.probe.startswith("measure")]
    assert "a: in use by another program" in [line.reason for line in lines]
    assert all(line.could_hide == () for line in lines)


def test_nodes_of_one_sensor_tell_their_controls_once() -> None:
    zoom = Control("zoom_absolute", "009a090d", 100, 400, 1, 100, 100)
    answers = tuple(
        Asked(Node(path, NodeRole.CAPTURE), "uvcvideo", None, None, (zoom,))
        for path in ("/dev/video0", "/dev/video2")
    )
    evidence = _assembled(Result(), Result(asked=answers))
    assert [camera.controls for camera in evidence.cameras] == [(zoom,), ()]
