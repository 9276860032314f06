"""A gallery of random templates that all CPUs search together, each its own part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TypeAlias

import numpy as np

from gauger_probes.measure.blas import one_thread
from gauger_probes.measure.crew import Crew
from gauger_probes.measure.search.scorers import Scorer
from gauger_probes.measure.search.templates import DIFFERENT, Array, Floats, Ids
from gauger_probes.measure.search.top import Best, Hits, together

#: Makes a part of that many random templates.
MakeScorer: TypeAlias = Callable[[int, np.random.Generator], Scorer]
#: How many of the best are asked for.
K = 10
#: The smallest part: a first block must hold ``K``.
LEAST_PART = 64


class Gallery:
    """The threads and their parts, from ``with`` to its end. ``size`` counts all templates."""

    def __init__(
        self, make: MakeScorer, size: int, cpus: Sequence[int], generator: np.random.Generator
    ) -> None:
        """Divide ``size`` templates among ``cpus``; no part is too small or too large."""
        self._make = make
        self._generator = generator
        self._each = min(max(size // len(cpus), LEAST_PART), DIFFERENT)
        self.size = self._each * len(cpus)
        self._crew = Crew(cpus)
        self._stack = ExitStack()
        self._parts: list[Scorer] = []

    def __enter__(self) -> Gallery:
        """Fill the parts.

        Raises:
            MemoryError: there is no memory for them.
            ImportError: what a part computes with is missing.
        """
        with ExitStack() as stack:
            stack.enter_context(self._crew)
            stack.enter_context(one_thread())
            generators = self._generator.spawn(self._crew.size)
            self._parts = self._crew.each(lambda own: self._make(self._each, own), generators)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parts = []
        self._stack.close()

    def queries(self, vectors: Floats) -> Array:
        """Return unit vectors in the form that ``search`` takes."""
        return self._parts[0].queries(vectors)

    def search(self, queries: Array) -> Hits:
        """Return the ``K`` best of the whole gallery for each query."""
        found = self._crew.each(lambda part: _best(part, queries), self._parts)
        whole = [Hits(hits.ids + at * self._each, hits.scores) for at, hits in enumerate(found)]
        return together(whole, K)

    def rows(self, ids: Ids) -> Array:
        """Return templates by their ids, which are below ``size``."""
        owners, places = np.divmod(ids, self._each)
        order = np.argsort(owners, kind="stable")
        found = [
            part.rows(places[owners == owner])
            for owner, part in enumerate(self._parts)
            if np.any(owners == owner)
        ]
        rows = np.concatenate(found)
        rows[order] = rows.copy()
        return rows


def _best(part: Scorer, queries: Array) -> Hits:
    best = Best(K)
    for first, scores in part.blocks(queries):
        best.add(scores, first)
    return best.hits
