"""Random templates and queries in a device's memory, of which the host keeps what a check needs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from gauger_probes.measure.backends.cuda.encode import ENCODINGS, Stored
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import Precision

#: Templates made on the host; a larger gallery repeats them. Making and checking more would take
#: longer than searching.
BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Faces:
    """Templates or queries, one after the other: those of ``block``, repeated."""

    memory: DeviceMemory
    block: Stored
    precision: Precision

    def exact(self) -> Stored:
        """Return those of the block as numbers without rounding: int8, else fp32."""
        if self.precision is Precision.INT8:
            return self.block
        return ENCODINGS[self.precision].read(self.block).astype(np.float32)


def faces(
    session: Session,
    precision: Precision,
    shape: tuple[int, int],
    generator: np.random.Generator,
    closing: ExitStack,
) -> Faces:
    """Return standard-normal templates (count × dimensions), to be given back by ``closing``.

    Raises:
        MemoryError: there is no room.
    """
    count, dimensions = shape
    drawn = generator.standard_normal((min(count, BLOCK), dimensions), np.float32)
    block = ENCODINGS[precision].store(drawn)
    memory = session.allocate(count * dimensions * block.itemsize)
    closing.callback(memory.close)
    memory.fill(block)
    return Faces(memory, block, precision)
