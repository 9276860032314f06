"""Which launches of the kernel make one list of the best for each query out of chunks of scores.

Each chunk's scores become lists of segments; those of all chunks are merged, segment by segment,
until there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gauger_probes.measure.backends.cuda.cuts import Cut
from gauger_probes.measure.backends.cuda.kernel import SEGMENT, Selection, Selector
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.cuda.search_formats import SCORE_BYTES
from gauger_probes.measure.backends.protocol import Gallery

#: Returns so many bytes of the device's memory.
Allocate = Callable[[int], DeviceMemory]


@dataclass(frozen=True, slots=True)
class Lists:
    """``count`` lists of the best for each query: their scores, and their indices."""

    count: int
    best: DeviceMemory
    indices: DeviceMemory


@dataclass(frozen=True, slots=True)
class Selecting:
    """What to start after each chunk, what after all of them, and where the answers then are."""

    after_chunk: Sequence[Callable[[], None]]
    at_the_end: Sequence[Callable[[], None]]
    answers: Lists


def selecting(
    selector: Selector, gallery: Gallery, cut: Cut, scores: int, whole: bool, allocate: Allocate
) -> Selecting:
    """Lay out the launches for a gallery that is ``cut``, with the scores of a chunk at ``scores``.

    Raises:
        MemoryError: there is no room for the lists.
    """
    held = [cut.held(chunk, gallery.size) for chunk in range(cut.count)]
    count = sum(-(-each // SEGMENT) for each in held)
    lists = [_lists(count, gallery, allocate)]
    while lists[-1].count > 1:
        count = -(-lists[-1].count * gallery.k // SEGMENT)
        lists.append(_lists(count, gallery, allocate))
    chunks = _of_chunks(held, cut, gallery, scores, whole, lists[0])
    merges = (_merge(source, target, gallery.k, whole) for source, target in pairwise(lists))
    return Selecting(
        [selector.launching(each, gallery.batch) for each in chunks],
        [selector.launching(each, gallery.batch) for each in merges],
        lists[-1],
    )


def _of_chunks(
    held: Sequence[int], cut: Cut, gallery: Gallery, scores: int, whole: bool, target: Lists
) -> Iterator[Selection]:
    first_list = 0
    for chunk, count in enumerate(held):
        selection = Selection(
            scores=scores,
            indices=0,
            stride=cut.rows,
            count=count,
            first=chunk * cut.rows,
            k=gallery.k,
            whole=whole,
            best=target.best.address,
            best_indices=target.indices.address,
            lists=target.count,
            first_list=first_list,
        )
        yield selection
        first_list += selection.segments


def _merge(source: Lists, target: Lists, k: int, whole: bool) -> Selection:
    return Selection(
        scores=source.best.address,
        indices=source.indices.address,
        stride=source.count * k,
        count=source.count * k,
        first=0,
        k=k,
        whole=whole,
        best=target.best.address,
        best_indices=target.indices.address,
        lists=target.count,
        first_list=0,
    )


def _lists(count: int, gallery: Gallery, allocate: Allocate) -> Lists:
    size = gallery.batch * count * gallery.k * SCORE_BYTES
    return Lists(count, allocate(size), allocate(size))
