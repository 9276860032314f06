"""The controls that decide what a camera shows: read, changed for a while, and put back.

Only controls of a short list are asked, one by one, so no driver can make the asking endless.
Ids, flags and units follow the kernel's "Camera Control Reference" and "User Controls".
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType

from gauger_probes.cameras.v4l2_control_abi import (
    G_CTRL,
    QUERY_EXT_CTRL,
    S_CTRL,
    ControlFlags,
    ControlId,
    ControlQuery,
    ControlValue,
)
from gauger_probes.cameras.v4l2_modes import Ioctl
from gauger_probes.evidence.camera import Control
from gauger_probes.evidence.common import Unread

#: A camera that takes this long for its controls is asked for no more of them: its modes matter
#: more, and one wedged request alone takes uvcvideo 5 s.
_PATIENCE_S = 0.5

#: 100 µs, the unit of ``EXPOSURE_ABSOLUTE`` (``V4L2_CID_EXPOSURE_ABSOLUTE``).
EXPOSURE_UNIT_S = 1e-4
_UNITS = {
    ControlId.EXPOSURE_ABSOLUTE: "100 µs",
    ControlId.PAN_ABSOLUTE: "arcsec",
    ControlId.TILT_ABSOLUTE: "arcsec",
}
_INT32 = range(-(1 << 31), 1 << 31)
_UNREADABLE = ControlFlags.WRITE_ONLY | ControlFlags.DISABLED


@dataclass(frozen=True, slots=True)
class ControlList:
    """The controls of one node, and those that exist and could not be read."""

    controls: tuple[Control, ...]
    unread: tuple[Unread, ...]


def read_controls(ioctl: Ioctl) -> ControlList:
    """Return the controls of the list that the node has."""
    found: list[Control] = []
    unread: list[Unread] = []
    end_s = time.monotonic() + _PATIENCE_S
    for wanted in ControlId:
        if time.monotonic() > end_s:
            unread.append(Unread("controls", "the camera is slow to answer; the rest not asked"))
            break
        query = _query(ioctl, wanted)
        if query is None:
            continue
        value = _value(ioctl, query)
        name = wanted.name.lower()
        if isinstance(value, Unread):
            unread.append(value)
        found.append(
            Control(
                name=name,
                id=f"{wanted:08x}",
                min=query.minimum,
                max=query.maximum,
                step=query.step,
                default=query.default_value,
                value=value if isinstance(value, int) else None,
                unit=_UNITS.get(wanted),
            )
        )
    return ControlList(tuple(found), tuple(unread))


@dataclass(slots=True)
class Borrowed:
    """Changes controls for the length of a ``with`` and puts back all that it changed.

    The last change is undone first: a fixed exposure can be put back only before automatic
    exposure is. ``left`` names what could not be put back.
    """

    ioctl: Ioctl
    left: list[str] = field(default_factory=list)
    _before: list[tuple[ControlId, int]] = field(default_factory=list)

    def set(self, control: ControlId, value: int) -> None:
        """Set a control, within the range that it states.

        Raises:
            OSError: there is no such control, or the driver refuses the value.
        """
        before = ControlValue(id=control)
        self.ioctl(G_CTRL, before)
        query = ControlQuery(id=control)
        self.ioctl(QUERY_EXT_CTRL, query)
        # Noted before it is changed: a call that fails, or never returns, may have changed it.
        self._before.append((control, before.value))
        self.ioctl(S_CTRL, ControlValue(control, min(max(value, query.minimum), query.maximum)))

    def __enter__(self) -> Borrowed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._before:
            control, value = self._before.pop()
            try:
                self.ioctl(S_CTRL, ControlValue(control, value))
            except OSError as refusal:
                self.left.append(f"{control.name.lower()} = {value} ({refusal.strerror})")


def _query(ioctl: Ioctl, wanted: ControlId) -> ControlQuery | None:
    """Return what the driver says of a control, ``None`` where it has none like it."""
    query = ControlQuery(id=wanted)
    try:
        ioctl(QUERY_EXT_CTRL, query)
    except OSError:
        return None
    bounds = (query.minimum, query.maximum, query.step, query.default_value)
    usable = query.id == wanted and all(bound in _INT32 for bound in bounds)
    return query if usable and not query.flags & ControlFlags.DISABLED else None


def _value(ioctl: Ioctl, query: ControlQuery) -> int | Unread:
    name = f"controls.{ControlId(query.id).name.lower()}"
    if query.flags & _UNREADABLE:
        return Unread(name, "the control can only be set")
    answer = ControlValue(id=query.id)
    try:
        ioctl(G_CTRL, answer)
    except OSError as problem:
        return Unread(name, problem.strerror or "unreadable")
    return int(answer.value)
