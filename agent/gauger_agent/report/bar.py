"""A bar on a log scale: how far a value lies from its threshold, in either direction."""

from __future__ import annotations

import math

#: Decades shown on each side of the threshold.
_DECADES = 2.0


def bar(margin: float | None, limit: str, width: int = 21) -> str:
    """Return a bar of ``width`` cells with the threshold's text in the middle.

    ``margin`` is value ÷ threshold; ``None`` leaves out the marker. Two decades each way fit;
    what lies farther sits at the end.
    """
    label = limit[: width - 4]
    cells = list("─" * width)
    start = (width - len(label)) // 2
    cells[start : start + len(label)] = label
    cells[0], cells[-1] = "├", "┤"
    if margin is not None:
        cells[_position(margin, start, start + len(label), width)] = "●"
    return "".join(cells)


def _position(margin: float, left: int, right: int, width: int) -> int:
    """Cells left of the label are below the threshold, cells right of it at or above."""
    share = min(1.0, abs(math.log10(margin)) / _DECADES) if margin > 0 else 1.0
    if margin < 1:
        return round((left - 1) * (1 - share))
    return right + round((width - 1 - right) * share)
