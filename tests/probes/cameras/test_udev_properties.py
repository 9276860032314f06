"""Roles that udev noted, for nodes that may not be opened."""

from __future__ import annotations

import pytest

from gauger_probes.cameras.udev_properties import role, role_of
from gauger_probes.evidence.camera import NodeRole


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        (":capture:", NodeRole.CAPTURE),
        (":capture:tuner:", NodeRole.CAPTURE),
        (":video_output:", NodeRole.OUTPUT),
        (":", None),
        ("", None),
    ],
)
def test_udevs_words_become_roles(capabilities: str, expected: NodeRole | None) -> None:
    assert role_of(capabilities) is expected


def test_a_node_that_udev_does_not_know_has_no_role() -> None:
    assert role("video9999") is None
