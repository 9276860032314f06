"""Scores of a chunk of templates against all queries: the products worth trying, and their data.

To BLAS, templates that lie one after the other are the columns of a matrix; with it transposed as
the first operand, a query's scores lie together. One query can be the first operand as well. Of
int8 the library may refuse so few queries (PyTorch pads them to 32, pull request 178469), so that
more are offered, of which the first are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from gauger_probes.measure.backends.cuda.cublaslt import Handle
from gauger_probes.measure.backends.cuda.cuts import Cut
from gauger_probes.measure.backends.cuda.described import Operands, Product
from gauger_probes.measure.backends.cuda.formats import SIZES, TN, Format
from gauger_probes.measure.backends.protocol import Shape

#: Queries that fewer are padded to.
_PADDED = (24, 32)


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses in the device's memory: templates, queries, scores, workspace."""

    templates: int
    queries: int
    scores: int
    workspace: int


def widths(batch: int) -> list[int]:
    """Return how many queries a product may have of which ``batch`` are used."""
    return [batch, *(each for each in _PADDED if each > batch)]


@dataclass(frozen=True, slots=True)
class Scoring:
    """A product for one chunk; ``operands`` are those of every chunk in turn."""

    product: Product
    operands: list[Operands]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Describes products of a ``cut`` gallery of ``dimensions`` with ``batch`` queries."""

    handle: Handle
    form: Format
    dimensions: int
    batch: int
    place: Place

    def scorings(self, cut: Cut, closing: ExitStack) -> Iterator[Scoring]:
        """Describe each product that is worth trying, to be closed by ``closing``."""
        for width in widths(self.batch):
            yield self._scoring(cut, Shape(cut.rows, width, self.dimensions), closing)
        if self.batch == 1 and self.form.multiple == 1:
            yield self._scoring(cut, Shape(1, cut.rows, self.dimensions), closing)

    def _scoring(self, cut: Cut, shape: Shape, closing: ExitStack) -> Scoring:
        product = Product(self.handle, self.form, TN, shape)
        closing.callback(product.close)
        queries_first = shape.m < cut.rows
        step = cut.rows * self.dimensions * SIZES[self.form.element]
        chunks = [self.place.templates + chunk * step for chunk in range(cut.count)]
        return Scoring(product, [self._operands(each, queries_first) for each in chunks])

    def _operands(self, templates: int, queries_first: bool) -> Operands:
        place = self.place
        a, b = (place.queries, templates) if queries_first else (templates, place.queries)
        return Operands(a, b, place.scores, place.workspace, scale=0)
