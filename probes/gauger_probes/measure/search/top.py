"""Keeps the best scores of each query while blocks of scores go by. Exact; pure.

A block's scores are compared once with what each query's worst kept score is. After the first
few blocks hardly any passes, so that selecting costs little beside multiplying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.search.templates import Ids

Scores: TypeAlias = npt.NDArray[Any]

#: Columns that are partitioned to begin with; the rest of a first block follows in pieces that
#: grow by ``_GROWTH``, since a piece passes about k × its growth on.
_FIRST, _GROWTH = 512, 8


@dataclass(frozen=True, slots=True)
class Hits:
    """For each query (row) the ids of its best templates and their scores, best first."""

    ids: Ids
    scores: Scores


class Best:
    """The ``k`` best of each query so far."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._hits: Hits | None = None

    @property
    def hits(self) -> Hits:
        """What is kept, best first.

        Raises:
            LookupError: no block was added.
        """
        if self._hits is None:
            raise LookupError("nothing was searched")
        return together([self._hits], self._k)

    def add(self, scores: Scores, first: int) -> None:
        """Take ``scores`` (queries × templates) of the templates ``first``, ``first`` + 1, …

        The first block holds at least ``k`` templates.
        """
        done = 0
        if self._hits is None:
            done = min(_FIRST, scores.shape[1])
            self._hits = _partitioned(scores[:, :done], first, self._k)
            while done < scores.shape[1]:
                end = min(done * _GROWTH, scores.shape[1])
                self._hits = _merged(self._hits, scores[:, done:end], first + done)
                done = end
            return
        self._hits = _merged(self._hits, scores, first)


def together(parts: list[Hits], k: int) -> Hits:
    """Return the ``k`` best of hits that were found apart, for the same queries."""
    ids = np.concatenate([part.ids for part in parts], axis=1)
    scores = np.concatenate([part.scores for part in parts], axis=1)
    return _taken(ids, scores, np.argsort(scores, axis=1)[:, : -k - 1 : -1])


def _partitioned(scores: Scores, first: int, k: int) -> Hits:
    columns = np.argpartition(scores, -k, axis=1)[:, -k:]
    return Hits(columns + first, np.take_along_axis(scores, columns, axis=1))


def _taken(ids: Ids, scores: Scores, columns: npt.NDArray[np.intp]) -> Hits:
    return Hits(
        np.take_along_axis(ids, columns, axis=1), np.take_along_axis(scores, columns, axis=1)
    )


def _merged(kept: Hits, scores: Scores, first: int) -> Hits:
    # Flat places: numpy finds them twenty times as fast as pairs of row and column.
    places = np.flatnonzero(scores > kept.scores.min(axis=1, keepdims=True))
    if places.size == 0:
        return kept
    rows, columns = np.divmod(places, scores.shape[1])
    queries, k = kept.ids.shape
    counts = np.bincount(rows, minlength=queries)
    # Each query's candidates stand beside what it has kept; shorter rows end in the lowest score.
    slots = k + np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    every_score = np.full((queries, k + int(counts.max())), _lowest(scores.dtype), scores.dtype)
    every_id = np.zeros(every_score.shape, np.int64)
    every_score[:, :k], every_id[:, :k] = kept.scores, kept.ids
    every_score[rows, slots], every_id[rows, slots] = scores[rows, columns], columns + first
    return _taken(every_id, every_score, np.argpartition(every_score, -k, axis=1)[:, -k:])


def _lowest(kind: np.dtype[Any]) -> float | int:
    return -np.inf if kind.kind == "f" else int(np.iinfo(kind).min)
