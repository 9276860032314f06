"""Random matrices in a device's memory, of which the host keeps what it needs to check a product.

A large matrix repeats one block of random elements: making and sending gigabytes would take
longer than measuring. The block's length is no power of two, so that neither rows nor columns of
ordinary matrices repeat each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gauger_probes.measure.backends.cuda.cublaslt_abi import Operation
from gauger_probes.measure.backends.cuda.encode import ENCODINGS, Doubles, Encoding, Floats, Stored
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import Precision

#: Elements in a block, at most: a multiple of 16, so that repeating it keeps alignment.
BLOCK = 4 * 1024 * 1024 + 1040


@dataclass(frozen=True, slots=True)
class Operand:
    """A matrix whose element at place p of its memory is element p mod length of ``block``."""

    memory: DeviceMemory
    block: Stored
    encoding: Encoding

    def vectors(self, outer: list[int], length: int, side: int, along: Operation) -> Doubles:
        """Return the vectors ``outer`` over the inner dimension, as exact numbers: one a row.

        ``along`` T: a vector's ``length`` elements lie together. N: they lie ``side`` apart.
        """
        inner = np.arange(length, dtype=np.int64)
        place = np.array(outer, dtype=np.int64)[:, np.newaxis]
        at = place * length + inner if along is Operation.T else place + inner * side
        return self.encoding.read(self.block[at % self.block.size])


def operand(
    session: Session, precision: Precision, count: int, seed: np.random.SeedSequence
) -> Operand:
    """Return ``count`` standard-normal elements in the device's memory.

    Raises:
        MemoryError: there is no room.
    """
    encoding = ENCODINGS[precision]
    block = _block(precision, str(seed.entropy), seed.spawn_key, BLOCK)[:count]
    memory = session.allocate(count * block.itemsize)
    try:
        memory.fill(block)
    except Exception:
        memory.close()
        raise
    return Operand(memory, block, encoding)


@lru_cache(maxsize=2)
def _block(precision: Precision, entropy: str, spawn_key: tuple[int, ...], length: int) -> Stored:
    """Return ``length`` elements: the same for all shapes, since making them takes a second."""
    seed = np.random.SeedSequence(int(entropy), spawn_key=spawn_key)
    stored = ENCODINGS[precision].store(_normal(length, seed, precision))
    stored.flags.writeable = False
    return stored


def _normal(count: int, seed: np.random.SeedSequence, precision: Precision) -> Doubles | Floats:
    generator = np.random.default_rng(seed)
    if precision is Precision.FP64:
        # Numbers made for fp32 would leave half of each fraction zero.
        return generator.standard_normal(count)
    return generator.standard_normal(count, dtype=np.float32)
