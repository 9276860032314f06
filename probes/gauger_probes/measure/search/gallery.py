"""A gallery of random templates that all CPUs search together, each its own part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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


@contextmanager
def filled(
    make: MakeScorer, size: int, cpus: Sequence[int], generator: np.random.Generator
) -> Iterator[Gallery]:
    """Divide ``size`` templates among ``cpus`` and fill each part; no part is too small or large.

    Raises:
        MemoryError: there is no memory for them.
        ImportError: what a part computes with is missing.
    """
    each = min(max(size // len(cpus), LEAST_PART), DIFFERENT)
    with Crew(cpus) as crew, one_thread():
        parts = crew.each(lambda own: make(each, own), generator.spawn(crew.size))
        yield Gallery(crew, parts, each)


@dataclass(frozen=True, slots=True)
class Gallery:
    """The first ``each`` templates of every part."""

    crew: Crew
    parts: Sequence[Scorer]
    each: int

    @property
    def size(self) -> int:
        """How many templates are searched."""
        return self.each * len(self.parts)

    def front(self, size: int) -> Gallery:
        """Return the gallery of the first templates of every part, ``size`` of them or a few fewer.

        Where the parts lie in memory in blocks, at least the first block of each is searched.
        """
        step = self.parts[0].step
        each = max(size // len(self.parts) // step * step, step, LEAST_PART)
        return replace(self, each=min(each, self.each))

    def queries(self, vectors: Floats) -> Array:
        """Return unit vectors in the form that ``search`` takes."""
        return self.parts[0].queries(vectors)

    def search(self, queries: Array) -> Hits:
        """Return the ``K`` best of the whole gallery for each query."""
        found = self.crew.each(lambda part: _best(part, queries, self.each), self.parts)
        whole = [Hits(hits.ids + at * self.each, hits.scores) for at, hits in enumerate(found)]
        return together(whole, K)

    def rows(self, ids: Ids) -> Array:
        """Return templates by their ids, which are below ``size``."""
        owners, places = np.divmod(ids, self.each)
        order = np.argsort(owners, kind="stable")
        found = [
            part.rows(places[owners == owner])
            for owner, part in enumerate(self.parts)
            if np.any(owners == owner)
        ]
        rows = np.concatenate(found)
        rows[order] = rows.copy()
        return rows


def _best(part: Scorer, queries: Array, count: int) -> Hits:
    best = Best(K)
    for first, scores in part.blocks(queries, count):
        best.add(scores, first)
    return best.hits
