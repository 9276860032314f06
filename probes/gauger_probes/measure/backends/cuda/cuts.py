"""How a gallery is cut into chunks that are compared one after the other.

Chunks are alike, so that one product describes them all; the last may reach past the gallery, into
templates that are compared and not selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gauger_probes.measure.backends.cuda.search_formats import SCORE_BYTES

#: What the scores of a chunk may fill.
_MOST_BYTES = 256 * 1024 * 1024
#: The part of the L2 cache that they may fill where they are to be read again from there, and the
#: fewest templates that are worth a product of their own.
_CACHED, _FEWEST = 0.5, 32_768
#: Templates of a chunk are a multiple of these, so that each begins on a boundary of 256 bytes,
#: whatever a template's length is.
_MULTIPLE = 256


@dataclass(frozen=True, slots=True)
class Cut:
    """``count`` chunks of ``rows`` templates each."""

    rows: int
    count: int

    def held(self, chunk: int, size: int) -> int:
        """Return how many templates of a gallery of ``size`` chunk number ``chunk`` holds."""
        return min(self.rows, size - chunk * self.rows)


def cuts(size: int, batch: int, widest: int, l2_bytes: int) -> Sequence[Cut]:
    """Return the cuts worth trying of ``size`` templates for ``batch`` queries.

    As few chunks as there is room for scores of ``widest`` queries; and such that the scores stay
    in the L2 cache until they are selected from.
    """
    roomy = _rows(_MOST_BYTES, widest)
    cached = max(_FEWEST, _rows(int(_CACHED * l2_bytes), batch))
    return tuple(dict.fromkeys(_cut(size, most) for most in (roomy, min(roomy, cached))))


def _rows(room: int, queries: int) -> int:
    return max(room // (queries * SCORE_BYTES) // _MULTIPLE, 1) * _MULTIPLE


def _cut(size: int, most: int) -> Cut:
    each = -(-size // -(-size // most))
    rows = -(-each // _MULTIPLE) * _MULTIPLE
    return Cut(rows, -(-size // rows))
