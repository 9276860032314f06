"""The probe ``cameras.v4l2`` where there is nothing to ask, or no right to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.cameras.v4l2 import probe
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context
from gauger_probes.roots import Roots
from support.camera_tree import CameraTree


@pytest.fixture
def tree(tmp_path: Path) -> CameraTree:
    tree = CameraTree(tmp_path)
    (tmp_path / "sys").mkdir()
    return tree


def test_a_captured_tree_is_never_asked(tree: CameraTree) -> None:
    tree.node("video0", "sys/devices/platform/soc/x.csi")
    result = probe(Context(tree.roots))
    assert (result.status, result.asked) == (Status.NOT_RUN, ())


def test_a_machine_without_nodes_is_whole(tree: CameraTree) -> None:
    result = probe(Context(Roots(tree.root)))
    assert (result.status, result.reason, result.asked) == (Status.OK, None, ())


def test_nodes_that_cannot_be_asked_keep_their_place_with_one_reason(tree: CameraTree) -> None:
    tree.write("dev/video0", "not a device")
    for number in (0, 1, 2):
        tree.node(f"video{number}", "sys/devices/platform/soc/x.csi", minor=number)
    result = probe(Context(Roots(tree.root)))
    assert result.status is Status.PARTIAL
    assert [answer.node.path for answer in result.asked] == [f"/dev/video{n}" for n in range(3)]
    assert result.reason == (
        "/dev/video0 is not a character device (/dev/video0); "
        "there is no such node; is /dev the machine's own? (/dev/video1, /dev/video2)"
    )
    assert result.could_hide == ()
