"""Brute-force search of a gallery: products through cuBLASLt, the best selected by our own kernel.

All of one search is started on one stream without waiting in between, so that the driver's events
time the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from gauger_probes.measure.backends.cuda.choose import Choice, fastest, in_words
from gauger_probes.measure.backends.cuda.cublaslt import Handle
from gauger_probes.measure.backends.cuda.cuts import Cut, cuts
from gauger_probes.measure.backends.cuda.described import (
    WORKSPACE_BYTES,
    Operands,
    Product,
    Proposal,
)
from gauger_probes.measure.backends.cuda.faces import Faces, faces
from gauger_probes.measure.backends.cuda.formats import Format
from gauger_probes.measure.backends.cuda.kernel import (
    MOST_BEST,
    MOST_QUERIES,
    SEGMENT,
    Selector,
)
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.cuda.scoring import Place, Scorer, widths
from gauger_probes.measure.backends.cuda.search_formats import SCORE_BYTES, SEARCHED
from gauger_probes.measure.backends.cuda.selecting import Selecting, selecting
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import Gallery, NotNativeError, Precision
from gauger_probes.measure.backends.ranking import Answer, check_answer

#: Queries checked, besides the first and the last.
_CHECKED = 4
#: Searches that tell which cut is faster, after one that is not counted.
_REPETITIONS = 3
#: All ones is NaN, -1 and no index, so that a list which is never written is noticed.
_NEVER_WRITTEN = np.full(1 << 16, 0xFF, np.uint8)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The product of every chunk, with its operands for each, and what selects from the scores."""

    cut: Cut
    choice: Choice
    operands: Sequence[Operands]
    selecting: Selecting


class Search:
    """A search of random templates for random queries, ready to be run."""

    def __init__(
        self,
        session: Session,
        handle: Handle,
        selector: Selector,
        precision: Precision,
        gallery: Gallery,
        seed: int,
    ) -> None:
        """Make the data, and choose the algorithm and the cut.

        Raises:
            NotNativeError: there is no algorithm that really computes in ``precision``, or the
                kernel has no room for so long a list or so many queries.
            MemoryError: there is no room.
            DeviceLostError: the device failed.
            ValueError: the type does not allow such templates, or nothing is searched.
        """
        self._session = session
        self._handle = handle
        self._selector = selector
        self._gallery = gallery
        self._form = SEARCHED[precision]
        _refuse(gallery, self._form, precision)
        self._generator = np.random.default_rng(seed)
        self._stack = ExitStack()
        try:
            widest = widths(gallery.batch)[-1]
            ways = cuts(gallery.size, gallery.batch, widest, session.facts.l2_bytes)
            rows = max(cut.rows * cut.count for cut in ways)
            self._templates = self._faces(precision, rows)
            self._queries = self._faces(precision, widest)
            self._scores = self._memory(max(cut.rows for cut in ways) * widest * SCORE_BYTES)
            self._flush = session.flusher(self._templates.memory.size)
            if self._flush is not None:
                self._stack.callback(self._flush.close)
            self._plan = self._fastest(ways)
            # What trying left behind is no result of this plan.
            answers = self._plan.selecting.answers
            for memory in (answers.best, answers.indices):
                memory.fill(_NEVER_WRITTEN)
            self.run(1)
        except Exception:
            self.close()
            raise

    @property
    def method(self) -> str:
        """What exactly is run."""
        gallery, choice, cut = self._gallery, self._plan.choice, self._plan.cut
        shape, library = choice.product.shape, self._handle.library
        made = len(self._templates.block)
        repeated = f", {made} of them repeated" if gallery.size > made else ""
        parts = (
            f"cuBLASLt {library.version} ({library.path.name})",
            f"{choice.product.layout.name}, {shape.m} × {shape.n} × {shape.k},"
            f" {self._form.words}, {cut.count} times",
            in_words(choice.proposal.implementation),
            f"fastest of {choice.tried} algorithms tried",
            f"best {gallery.k} of each {SEGMENT} scores selected and merged on the device by our"
            " own kernel",
            f"standard-normal templates{repeated}",
            "L2 cache overwritten before each repetition" if self._flush else "back to back",
            "time between events of the CUDA driver",
        )
        return "; ".join(parts)

    def run(self, repetitions: int) -> float:
        """Search so often and return the device's seconds.

        Raises:
            DeviceLostError: the device failed.
        """
        return self._seconds(self._plan, repetitions)

    def check(self) -> None:
        """Compare some queries' answers with the host's.

        Raises:
            WrongResultError: one is wrong.
            DeviceLostError: the device failed.
        """
        self._session.use()
        batch = self._gallery.batch
        inside = self._generator.integers(0, batch, _CHECKED).tolist()
        block, queries = self._templates.exact(), self._queries.exact()
        for query in sorted({0, batch - 1, *inside}):
            answer, size = self._answer(query), self._gallery.size
            check_answer(answer, block, queries[query], size, self._form.sum_unit)

    def close(self) -> None:
        """Give its memory back."""
        self._session.give_back(self._stack)

    def _faces(self, precision: Precision, count: int) -> Faces:
        shape = (count, self._gallery.dimensions)
        return faces(self._session, precision, shape, self._generator, self._stack)

    def _memory(self, size: int) -> DeviceMemory:
        made = self._session.allocate(size)
        self._stack.callback(made.close)
        return made

    def _fastest(self, ways: Sequence[Cut]) -> _Plan:
        plans = list(self._plans(ways))
        if len(plans) == 1:
            return plans[0]
        for plan in plans:
            self._seconds(plan, 1)
        return min(plans, key=lambda plan: self._seconds(plan, _REPETITIONS))

    def _plans(self, ways: Sequence[Cut]) -> Iterator[_Plan]:
        scorer = Scorer(
            handle=self._handle,
            form=self._form,
            dimensions=self._gallery.dimensions,
            batch=self._gallery.batch,
            place=Place(
                templates=self._templates.memory.address,
                queries=self._queries.memory.address,
                scores=self._scores.address,
                workspace=self._memory(WORKSPACE_BYTES).address,
            ),
        )
        whole = self._form.output_unit == 0
        for cut in ways:
            choice, operands = self._choice(scorer, cut)
            scores = self._scores.address
            launches = selecting(self._selector, self._gallery, cut, scores, whole, self._memory)
            yield _Plan(cut, choice, operands, launches)

    def _choice(self, scorer: Scorer, cut: Cut) -> tuple[Choice, Sequence[Operands]]:
        operands: dict[Product, Sequence[Operands]] = {}

        def products() -> Iterator[Product]:
            for scoring in scorer.scorings(cut, self._stack):
                operands[scoring.product] = scoring.operands
                yield scoring.product

        def timed(product: Product, proposal: Proposal, repetitions: int) -> float:
            # In turns, so that no chunk is still in the cache.
            chunks = cycle(operands[product])

            def multiply() -> None:
                product.run(proposal, next(chunks), self._session.stream)

            return self._session.seconds(multiply, repetitions, self._flush)

        choice = fastest(products(), timed)
        return choice, operands[choice.product]

    def _seconds(self, plan: _Plan, repetitions: int) -> float:
        product, proposal = plan.choice.product, plan.choice.proposal
        stream, after = self._session.stream, plan.selecting
        chunks = list(zip(plan.operands, after.after_chunk, strict=True))

        def search() -> None:
            for operands, select in chunks:
                product.run(proposal, operands, stream)
                select()
            for merge in after.at_the_end:
                merge()

        return self._session.seconds(search, repetitions, self._flush)

    def _answer(self, query: int) -> Answer:
        answers, k = self._plan.selecting.answers, self._gallery.k
        size = k * SCORE_BYTES
        score = np.int32 if self._form.output_unit == 0 else np.float32
        scores = answers.best.read(query * size, size).view(score)
        indices = answers.indices.read(query * size, size).view(np.uint32)
        return Answer(scores.astype(np.float64), indices.astype(np.int64))


def _refuse(gallery: Gallery, form: Format, precision: Precision) -> None:
    if min(gallery.size, gallery.batch, gallery.dimensions, gallery.k) < 1:
        raise ValueError(f"{gallery} is no search")
    if gallery.dimensions % form.multiple:
        raise ValueError(
            f"{precision}: {gallery} has dimensions that are no multiple of {form.multiple}"
        )
    if gallery.k > MOST_BEST:
        raise NotNativeError(f"the kernel keeps the best {MOST_BEST}, not {gallery.k}")
    if gallery.batch > MOST_QUERIES:
        raise NotNativeError(f"the kernel takes {MOST_QUERIES} queries, not {gallery.batch}")
