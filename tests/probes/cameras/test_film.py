"""Every camera is filmed by a process of its own, and what one costs is its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gauger_probes.cameras.film import probe, share_s
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Options, Progress
from gauger_probes.roots import Roots
from support.camera_tree import CameraTree

_MEASUREMENT = """{"measurement": {"quantity": "frameRate", "precision": None, "unit": "Hz",
    "median": 30, "low": 29, "high": 31, "samples": 99, "confidence": 0.95, "method": "x",
    "conditions": {}}, "problem": None, "status": "ok", "done": False}"""
#: Tells one measurement, then behaves as said where the camera is x1, and is done elsewhere.
_PROGRAM = f"""
import json, os, sys, time
job = json.loads(sys.stdin.readline())
tell = lambda news: print(json.dumps(news), flush=True)
tell({_MEASUREMENT})
tell({{"doing": "streaming it"}})
if job["order"]["camera"].endswith("x1.csi"):
    BEHAVIOUR
tell({{"done": True}})
"""


@pytest.fixture
def tree(tmp_path: Path) -> CameraTree:
    tree = CameraTree(tmp_path)
    for number in range(3):
        tree.node(f"video{number}", f"sys/devices/platform/x{number}.csi", minor=number)
    return tree


def _program(behaviour: str) -> str:
    return _PROGRAM.replace("BEHAVIOUR", behaviour)


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        ("os.kill(os.getpid(), 11)", Status.CRASHED, "signal 11"),
        ("os._exit(3)", Status.CRASHED, "status 3"),
        ("print('nonsense', flush=True)", Status.CRASHED, "not readable"),
        (
            "tell({'problem': 'in use by another program; held by zoom', 'status': 'partial'})",
            Status.PARTIAL,
            "held by zoom",
        ),
    ],
)
def test_a_bad_camera_costs_itself_and_keeps_what_it_told(
    tree: CameraTree, behaviour: str, status: Status, reason: str
) -> None:
    result = probe(Context(Roots(tree.root)), _program(behaviour))
    assert [item.camera for item in result.filmed] == [f"platform-x{n}.csi" for n in range(3)]
    assert result.status is Status.PARTIAL
    assert result.reason == "1 of 3 cameras not, or not wholly, measured"
    (part,) = result.parts
    assert (part.name, part.status, part.could_hide) == ("measure.cameras", status, ())
    assert str(part.reason).startswith("platform-x1.csi: ")
    assert reason in str(part.reason)


def test_a_camera_that_hangs_is_given_up_in_time(
    tree: CameraTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gauger_probes.cameras.film._GRACE_S", 0.5)
    began = time.monotonic()
    context = Context(Roots(tree.root), Options(budget_s=1.5))
    result = probe(context, _program("time.sleep(60)"))
    assert time.monotonic() - began < 8
    (part,) = result.parts
    assert part.status is Status.TIMEOUT
    assert part.reason == "platform-x1.csi: no end in time while streaming it"
    assert len(result.filmed) == 3


def test_an_analysis_gets_time_of_its_own(
    tree: CameraTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gauger_probes.cameras.film._GRACE_S", 0.3)
    behaviour = "tell({'doing': 'analysing', 'analysing': True}); time.sleep(1.5)"
    result = probe(Context(Roots(tree.root), Options(budget_s=1.0)), _program(behaviour))
    assert result.parts == ()


def test_a_camera_that_there_was_no_time_for_is_named(
    tree: CameraTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gauger_probes.cameras.film._OVERTIME_S", -60.0)
    result = probe(Context(Roots(tree.root)), _program("pass"))
    assert [part.status for part in result.parts] == [Status.TIMEOUT] * 3
    assert result.filmed == ()


def test_a_process_that_is_ended_can_put_things_back_first(
    tree: CameraTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gauger_probes.cameras.film._GRACE_S", 0.5)
    note = tmp_path / "tidied"
    behaviour = (
        "import signal, pathlib; signal.signal(signal.SIGTERM,"
        f" lambda *_: (pathlib.Path({str(note)!r}).touch(), sys.exit())); time.sleep(60)"
    )
    probe(Context(Roots(tree.root), Options(budget_s=1.5)), _program(behaviour))
    assert note.exists()


def test_the_real_process_says_why_a_node_cannot_be_filmed(tree: CameraTree) -> None:
    result = probe(Context(Roots(tree.root)))
    assert result.filmed == ()
    assert len(result.parts) == 3
    assert all("there is no such node" in str(part.reason) for part in result.parts)


def test_progress_never_goes_back(tree: CameraTree) -> None:
    heard: list[Progress] = []
    probe(Context(Roots(tree.root), report=heard.append), _program("time.sleep(0.6)"))
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert "filming platform-x0.csi" in {progress.label for progress in heard}


def test_a_captured_tree_and_a_machine_without_cameras_are_not_filmed(tmp_path: Path) -> None:
    (tmp_path / "sys").mkdir()
    for captured in (True, False):
        result = probe(Context(Roots(tmp_path, captured)))
        assert (result.status, result.parts, result.filmed) == (Status.NOT_RUN, (), ())


@pytest.mark.parametrize(
    ("budget_s", "cameras", "expected"), [(30, 1, 8), (30, 6, 5), (60, 1, 16), (4, 2, 2)]
)
def test_cameras_share_the_budget(budget_s: float, cameras: int, expected: float) -> None:
    assert share_s(Options(budget_s=budget_s), cameras) == expected
