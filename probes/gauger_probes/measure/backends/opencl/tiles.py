"""How a multiplication can be cut into pieces, and which cuts are worth trying on a device.

Which is fastest depends on registers, local memory and caches that OpenCL does not tell of, so a
few are timed and the best is kept. Processors want wide vectors and no more work-items than their
caches hold; GPUs want many work-items, each with a square of accumulators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gauger_probes.measure.backends.opencl.codes import DeviceType
from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.protocol import Shape

#: What every tile divides: sides are rounded up to it.
SIDE = 256
STEPS = 64

#: Bytes of a vector on a GPU: one load instruction's.
_GPU_VECTOR = 16
#: The widest vector that OpenCL C has.
WIDEST = 16


@dataclass(frozen=True, slots=True)
class Tile:
    """``lanes_m`` × ``lanes_n`` work-items make a group, ``rows`` × ``vectors`` vectors an item.

    ``staged`` steps along k go through local memory at a time; 0 reads device memory directly.
    """

    lanes_m: int
    lanes_n: int
    rows: int
    vectors: int
    staged: int

    def height(self) -> int:
        """Rows of a group."""
        return self.lanes_m * self.rows

    def width(self, vector: int) -> int:
        """Columns of a group, with ``vector`` elements to a vector."""
        return self.lanes_n * self.vectors * vector

    def local_bytes(self, vector: int, element: int) -> int:
        """Local memory of a group, whose elements have ``element`` bytes."""
        return self.staged * (self.height() + self.width(vector)) * element

    def settings(self, vector: int) -> Mapping[str, int]:
        """The macros of ``multiply.cl``."""
        return {
            "LANES_M": self.lanes_m,
            "LANES_N": self.lanes_n,
            "ROWS": self.rows,
            "VECTORS": self.vectors,
            "STAGED": self.staged,
            "V": vector,
        }


_GPU_TILES = (
    Tile(16, 16, 8, 2, 8),
    Tile(8, 16, 8, 2, 16),
    Tile(8, 8, 8, 2, 16),
    Tile(16, 16, 4, 1, 16),
    Tile(8, 8, 8, 1, 0),
)
_CPU_TILES = (
    Tile(16, 4, 4, 2, 64),
    Tile(8, 2, 4, 2, 64),
    Tile(8, 2, 4, 2, 0),
)


def tiles(device: Device, element: int) -> Sequence[Tile]:
    """Return the tiles that ``device`` has room for, with elements of ``element`` bytes."""
    vector = vector_length(device, element)
    known = _CPU_TILES if device.kind is DeviceType.CPU else _GPU_TILES
    return tuple(
        tile
        for tile in known
        if tile.lanes_m * tile.lanes_n <= device.max_group
        and tile.local_bytes(vector, element) <= device.local_memory
    )


def vector_length(device: Device, element: int) -> int:
    """Return how many elements of ``element`` bytes a vector has on ``device``."""
    wide = device.vector_bytes if device.kind is DeviceType.CPU else _GPU_VECTOR
    return min(max(wide // element, 2), WIDEST)


def rounded(shape: Shape, per_step: int) -> Shape:
    """Return ``shape`` with sides that every tile divides; a step takes ``per_step`` along k."""
    return Shape(m=_up(shape.m, SIDE), n=_up(shape.n, SIDE), k=_up(shape.k, STEPS * per_step))


def _up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
