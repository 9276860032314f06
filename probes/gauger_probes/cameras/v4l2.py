"""Asks every video node of the running machine what it offers, through V4L2's own calls.

The nodes are those that sysfs lists; each is opened only if /dev holds the very device that sysfs
names. The existence of a camera is known without this probe, so what it cannot ask hides modes,
never a camera.
"""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.cameras import udev_properties
from gauger_probes.cameras.nodes import VideoNode, video_nodes
from gauger_probes.cameras.v4l2_node import Answer, Question
from gauger_probes.cameras.v4l2_worker import Limits, ask_all
from gauger_probes.evidence.coverage import Status, worst
from gauger_probes.result import Asked, Context, Result
from gauger_probes.roots import Roots

_LIMITS = Limits()


def probe(context: Context) -> Result:
    """Return what each video node answered, and which nodes are no camera's."""
    if context.roots.captured:
        return Result(status=Status.NOT_RUN, reason="a captured tree has no devices to ask")
    nodes = video_nodes(context.roots)
    answers = list(ask_all([question(context.roots, node) for node in nodes], _LIMITS))
    failed = [answer for answer in answers if answer.status is not Status.OK]
    return Result(
        asked=tuple(_named(answer.asked) for answer in answers if answer.asked is not None),
        not_cameras=tuple(answer.path for answer in answers if answer.asked is None),
        status=worst(tuple(answer.status for answer in failed)),
        reason=_reason(failed),
    )


def question(roots: Roots, node: VideoNode) -> Question:
    """Return how to ask ``node``, as sysfs lists it.

    Raises:
        OSError: links under /dev lead in a circle.
    """
    return Question(str(roots.resolve(f"dev/{node.name}")), node.path, node.number)


def _reason(failed: list[Answer]) -> str | None:
    """Return every reason once, each with the nodes that it holds for."""
    nodes: dict[str | None, list[str]] = {}
    for answer in failed:
        nodes.setdefault(answer.reason, []).append(answer.path)
    return "; ".join(f"{reason} ({', '.join(paths)})" for reason, paths in nodes.items()) or None


def _named(asked: Asked) -> Asked:
    """Return the answer with the role that udev noted, where the node itself gave none."""
    node = asked.node
    if node.role is not None:
        return asked
    role = udev_properties.role(node.path.removeprefix("/dev/"))
    return replace(asked, node=replace(node, role=role))
