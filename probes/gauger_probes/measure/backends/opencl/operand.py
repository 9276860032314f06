"""A random matrix on a device: a block of rows made on the host, repeated until it is full.

Making random numbers takes the host longer than multiplying them takes a large GPU, so beyond
``_MOST`` values the rows come again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.opencl.formats import Format, random_values
from gauger_probes.measure.backends.opencl.session import Buffer, Session

#: Values made for one matrix.
_MOST = 1 << 23


@dataclass(frozen=True, slots=True)
class Operand:
    """``steps`` rows of ``side`` elements; ``block`` (rows × side × values) holds the first ones.

    Row i of the matrix is row i modulo the number of rows of the block.
    """

    buffer: Buffer
    block: npt.NDArray[Any]
    steps: int

    @property
    def repeats(self) -> bool:
        """Whether rows come again."""
        return len(self.block) < self.steps

    def columns(self, places: list[int]) -> npt.NDArray[np.float64]:
        """Return the columns at ``places``, one a row, with all values along k."""
        rows = np.arange(self.steps) % len(self.block)
        chosen: npt.NDArray[np.float64] = self.block[:, places, :][rows].astype(np.float64)
        return np.moveaxis(chosen, 1, 0).reshape(len(places), -1)


def fill(
    session: Session, buffer: Buffer, form: Format, side: int, generator: np.random.Generator
) -> Operand:
    """Fill all of ``buffer`` with random rows of ``side`` elements of ``form``."""
    row_bytes = side * form.element_bytes
    steps = buffer.size_bytes // row_bytes
    rows = min(steps, max(1, _MOST // (side * form.per_word)))
    block = random_values(form, (rows, side, form.per_word), generator)
    session.write(buffer, block)
    repeat(session, buffer, rows * row_bytes)
    return Operand(buffer, block, steps)


def repeat(session: Session, buffer: Buffer, done: int) -> None:
    """Repeat the first ``done`` bytes of ``buffer`` to its end."""
    while done < buffer.size_bytes:
        more = min(done, buffer.size_bytes - done)
        session.copy(buffer, buffer, 0, done, more)
        done += more
    session.finish()
