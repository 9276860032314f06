"""Compare queries with a part of the gallery, block by block, on the thread that asks.

Floats go through numpy's BLAS, or through another library's product (``Numbers``). Whole numbers go
through onnxruntime's MatMulInteger, which keeps the templates as a constant in the order that its
kernel reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gauger_probes.measure import aligned
from gauger_probes.measure.onnx_model import Model, Node, Port
from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.search.templates import (
    DIMENSIONS,
    POOL,
    QUERY_ZERO,
    Array,
    Floats,
    Ids,
    Pool,
    random_units,
    whole_queries,
    whole_templates,
)
from gauger_probes.measure.search.top import Scores

#: Scores that a thread computes before it selects among them, 8 MiB: fewer would have it select
#: more often, which takes longer than reading them back from beyond its caches.
_SCORES = 1 << 21
#: Templates in a block at most, however few the queries.
_MOST = 1 << 16
#: Templates of a block of whole numbers, which is laid out once for any number of queries.
_WHOLE_BLOCK = 8 * POOL


class Scorer(Protocol):
    """A part of the gallery. It is searched up to a multiple of ``step`` templates, or whole."""

    @property
    def step(self) -> int:
        """How many templates lie in a block that is only searched whole."""

    def queries(self, vectors: Floats) -> Array:
        """Return unit vectors as numbers of the precision, in the form that ``blocks`` takes."""

    def blocks(self, queries: Array, count: int) -> Iterator[tuple[int, Scores]]:
        """Yield the first template of a block and the scores of all queries (rows) with it.

        The first ``count`` templates of the part are compared with.

        Scores are valid until the next block.
        """

    def rows(self, ids: Ids) -> Array:
        """Return what the templates ``ids`` of this part should be, one a row."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a precision of floats is kept in memory (``width`` bytes each) and multiplied.

    ``multiply`` writes the inner products of queries and templates (rows) to its third argument.
    """

    method: str
    width: int
    encode: Callable[[Floats], Array]
    decode: Callable[[Array], Floats]
    multiply: Callable[[Array, Array, Floats], object]


SINGLE = Numbers(
    "numpy.matmul of float32",
    4,
    encode=lambda vectors: vectors,
    decode=lambda vectors: vectors,
    multiply=lambda queries, templates, scores: np.matmul(queries, templates.T, out=scores),
)


class FloatScorer:
    """Templates of floats. Queries are float32, rounded to what the precision has."""

    batches = (1, 16, 64, 256)
    step = 1

    def __init__(
        self, count: int, generator: np.random.Generator, numbers: Numbers = SINGLE
    ) -> None:
        """Make ``count`` random templates."""
        self._numbers = numbers
        drawn = numbers.encode(random_units(min(count, POOL), generator))
        self._pool = Pool(drawn)
        self._templates = aligned.empty((count, DIMENSIONS), drawn.dtype)
        self._pool.fill(self._templates, 0)
        self._scores = aligned.empty((_SCORES,), np.float32)

    def queries(self, vectors: Floats) -> Array:
        """Return the vectors as near as the precision has them."""
        return self._numbers.decode(self._numbers.encode(vectors))

    def blocks(self, queries: Array, count: int) -> Iterator[tuple[int, Scores]]:
        """Yield scores that are inner products, added up in float32."""
        encoded = self._numbers.encode(queries)
        block = min(max(1, _SCORES // len(queries)), _MOST)
        for first in range(0, count, block):
            templates = self._templates[first : min(first + block, count)]
            size = len(queries) * len(templates)
            scores = self._scores[:size].reshape(len(queries), len(templates))
            self._numbers.multiply(encoded, templates, scores)
            yield first, scores

    def rows(self, ids: Ids) -> Array:
        """Return the templates as float32."""
        return self._numbers.decode(self._pool.take(ids))


class WholeScorer:
    """Templates of int8; products are added in int32, without rounding."""

    method = "onnxruntime MatMulInteger of int8 templates and 7-bit queries, int32 sums"
    # onnxruntime keeps them as they came and as it lays them out; the rest is for making ready.
    bytes_each = DIMENSIONS * 5 // 2
    batches = (1, 16, 64)
    step = _WHOLE_BLOCK

    def __init__(self, count: int, generator: np.random.Generator) -> None:
        """Make ``count`` random templates.

        Raises:
            ImportError: onnxruntime is missing or cannot be loaded.
        """
        drawn = whole_templates(random_units(min(count, POOL), generator))
        # A template is a column for onnxruntime; copies between equal orders are fast.
        self._pool = Pool(np.asfortranarray(drawn))
        self._blocks = [
            _session(self._columns(first, min(_WHOLE_BLOCK, count - first)))
            for first in range(0, count, _WHOLE_BLOCK)
        ]

    def queries(self, vectors: Floats) -> Array:
        """Return the vectors as unsigned 7-bit numbers."""
        return whole_queries(vectors)

    def blocks(self, queries: Array, count: int) -> Iterator[tuple[int, Scores]]:
        """Yield scores that are exact inner products of the whole numbers."""
        for first in range(0, count, _WHOLE_BLOCK):
            session = self._blocks[first // _WHOLE_BLOCK]
            yield first, session.run({"queries": queries})

    def rows(self, ids: Ids) -> Array:
        """Return int8 templates."""
        return self._pool.take(ids)

    def _columns(self, first: int, count: int) -> Array:
        columns = np.empty((DIMENSIONS, count), np.int8)
        self._pool.fill(columns.T, first)
        return columns


def _session(columns: Array) -> Session:
    """Return what multiplies queries with these templates."""
    model = Model(
        nodes=(Node("MatMulInteger", ("queries", "templates", "zero"), "scores"),),
        inputs=(Port("queries", "uint8", ("batch", DIMENSIONS)),),
        outputs=(Port("scores", "int32", ("batch", columns.shape[1])),),
        weights={"templates": columns, "zero": np.array(QUERY_ZERO, np.uint8)},
    )
    return Session(model, threads=1)
