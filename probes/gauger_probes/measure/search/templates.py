"""Random face templates: unit vectors of 512 numbers, also as whole numbers.

Drawing each number of a large gallery takes longer than searching it. So one in ``POOL``
templates is drawn, and the others are these with their numbers turned round by one place, by two,
and so on: unit vectors too, and as unlike each other as any two random ones.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float32]
Ids: TypeAlias = npt.NDArray[np.int64]

#: Numbers in a template, as of ArcFace and its kin.
DIMENSIONS = 512
#: Templates that are drawn for each part of a gallery, and how many differ when they are turned.
POOL = 4096
DIFFERENT = POOL * DIMENSIONS

#: A number of a unit vector spreads by 1/√512; beyond six times that, one in five hundred million,
#: it is cut off.
_LARGEST = 6 / math.sqrt(DIMENSIONS)
#: Templates have 8 bits and queries 7: two products of 7 by 8 bits fit the 16 in which processors
#: without VNNI add them (VPMADDUBSW, Intel 64 and IA-32 Software Developer's Manual, volume 2).
_TEMPLATE_LIMIT, _QUERY_LIMIT = 127, 63
#: What unsigned queries have in place of zero.
QUERY_ZERO = 64
#: Length of what is added to a template of length 1 to make a query: another picture of the same
#: face, at a cosine of 0.8.
_CHANGE = 0.75


class Pool:
    """The templates that are drawn; ``rows`` (``POOL`` × 512) may be of any type."""

    def __init__(self, rows: Array) -> None:
        self.rows = rows

    def fill(self, target: Array, first: int) -> None:
        """Write the templates ``first``, ``first`` + 1, … into the rows of ``target``.

        ``first`` is a multiple of ``POOL``; only ``DIFFERENT`` templates differ, and no more are
        written.
        """
        for at in range(0, len(target), POOL):
            piece = target[at : at + POOL]
            drawn = self.rows[: len(piece)]
            turn = (first + at) // POOL
            piece[:, turn:] = drawn[:, : DIMENSIONS - turn]
            piece[:, :turn] = drawn[:, DIMENSIONS - turn :]

    def take(self, ids: Ids) -> Array:
        """Return the templates ``ids``, worked out one by one."""
        turns = ids[:, np.newaxis] // POOL
        columns = (np.arange(DIMENSIONS) - turns) % DIMENSIONS
        taken: Array = self.rows[ids[:, np.newaxis] % POOL, columns]
        return taken


def random_units(count: int, generator: np.random.Generator) -> Floats:
    """Return ``count`` × 512 unit vectors whose direction is uniform."""
    return _unit(generator.standard_normal((count, DIMENSIONS), dtype=np.float32))


def queries_like(templates: Array, generator: np.random.Generator) -> Floats:
    """Return for each template a query that resembles it more than any random template does."""
    known = _unit(templates.astype(np.float32))
    return _unit(known + np.float32(_CHANGE) * random_units(len(known), generator))


def whole_templates(vectors: Floats) -> npt.NDArray[np.int8]:
    """Return unit vectors as whole numbers from -127 to 127."""
    return _whole(vectors, _TEMPLATE_LIMIT).astype(np.int8)


def whole_queries(vectors: Floats) -> npt.NDArray[np.uint8]:
    """Return unit vectors as whole numbers from 1 to 127, where ``QUERY_ZERO`` stands for 0."""
    return (_whole(vectors, _QUERY_LIMIT) + QUERY_ZERO).astype(np.uint8)


def _whole(vectors: Floats, limit: int) -> Floats:
    scaled: Floats = np.rint(vectors * np.float32(limit / _LARGEST))
    return np.clip(scaled, -limit, limit, out=scaled)


def _unit(vectors: Floats) -> Floats:
    vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, np.newaxis]
    return vectors
