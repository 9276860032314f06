"""Coverage: which probe looked where, how it ended, and what could hide in a hole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Every probe that exists, in the order of the document. Silence is never read as absence.
PROBES: tuple[str, ...] = ("host", "cameras", "accelerators", "measure", "software", "galleries")


class Status(StrEnum):
    """How a probe ended, from best to worst."""

    OK = "ok"
    NOT_RUN = "notRun"
    PARTIAL = "partial"
    UNAVAILABLE = "unavailable"
    DENIED = "denied"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


class Privilege(StrEnum):
    """With whose rights a probe ran."""

    ROOT = "root"
    USER = "user"
    SERVICE = "service"


class Hidden(StrEnum):
    """What a hole can hide. Only ``accelerator`` and ``camera`` can change a verdict."""

    ACCELERATOR = "accelerator"
    CAMERA = "camera"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One line: a probe (``accelerators``) or a part of one (``accelerators.nvml``)."""

    probe: str
    status: Status
    reason: str | None
    duration_s: float
    privilege: Privilege
    could_hide: tuple[Hidden, ...] = ()


def worst(statuses: tuple[Status, ...]) -> Status:
    """Return the gravest of ``statuses`` (``ok`` for none)."""
    order = list(Status)
    return max(statuses, key=order.index, default=Status.OK)
