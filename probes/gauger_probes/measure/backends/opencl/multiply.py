"""Prepares dense products on a device: cuts tried, the fastest kept, the result checked.

Operands are made once per product, with k outermost; sides are rounded up to whole tiles, and
only the asked part counts, so that a rate is never too high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from gauger_probes.measure.backends.opencl.formats import Format, multiplied
from gauger_probes.measure.backends.opencl.operand import Operand, fill
from gauger_probes.measure.backends.opencl.prepared import Prepared
from gauger_probes.measure.backends.opencl.program import BuildError, Kernel, build
from gauger_probes.measure.backends.opencl.reference import check_entries, places
from gauger_probes.measure.backends.opencl.session import Buffer, Command, Session
from gauger_probes.measure.backends.opencl.tiles import Tile, rounded, tiles, vector_length
from gauger_probes.measure.backends.opencl.trial import shortest
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape

_SOURCES = ("vectors.cl", "multiply.cl")
#: The first trial: small, because a bad cut can be a hundred times slower than a good one.
_SMALL = Shape(512, 512, 512)
#: The second is as wide as the result, which shows what large strides cost, and as deep as that
#: takes.
_WIDE = Shape(4096, 4096, 256)
#: A cut that is so many times slower in the first trial is not tried again.
_HOPELESS = 4


@dataclass(frozen=True, slots=True)
class _Cut:
    """A tile and its kernel."""

    tile: Tile
    kernel: Kernel


@dataclass(frozen=True, slots=True)
class _Matrices:
    """Operands and result; ``shape`` is what they have room for."""

    form: Format
    shape: Shape
    vector: int
    a: Operand
    b: Operand
    c: Buffer

    def command(self, cut: _Cut, shape: Shape) -> Command:
        """Return the command that multiplies the upper left ``shape`` of the matrices."""
        height, width = cut.tile.height(), cut.tile.width(self.vector)
        group = (cut.tile.lanes_n, cut.tile.lanes_m)
        sizes = (shape.n // width * group[0], shape.m // height * group[1])
        steps = shape.k // self.form.per_word
        operands = (self.a.buffer, self.b.buffer, self.c)
        return cut.kernel.command(sizes, group, (steps, self.shape.m, self.shape.n, *operands))

    def check(self, session: Session, generator: np.random.Generator) -> None:
        """Compare entries of the result with sums on the host."""
        rows, columns = places(self.shape.m, generator), places(self.shape.n, generator)
        width = self.shape.n
        found = [
            session.read(self.c, self.form.result, width, row * width * self.form.result_bytes)
            for row in rows
        ]
        chosen = np.stack(found)[:, columns].astype(np.float64)
        check_entries(self.a.columns(rows), self.b.columns(columns), chosen, self.form.unit)


class Multiplier:
    """Makes products on one device, and keeps the kernels that it compiled for it."""

    def __init__(self, session: Session) -> None:
        """Compile nothing yet."""
        self._session = session
        self._cuts: dict[Precision, Sequence[_Cut]] = {}
        self._kernels = ExitStack()

    def prepare(self, precision: Precision, shape: Shape, seed: int) -> Prepared:
        """Prepare a product of random matrices.

        Raises:
            NotNativeError: the device has no such arithmetic, or no kernel for it can be built.
            MemoryError: there is no room.
        """
        form = multiplied(precision, self._session.device)
        cuts = self.cuts(form)
        generator = np.random.default_rng(seed)
        with ExitStack() as resources:
            matrices = self._matrices(form, rounded(shape, form.per_word), generator, resources)
            cut = self._fastest(cuts, matrices)
            self._session.fill(matrices.c, 0xFF)
            return Prepared(
                self._session,
                _method(form, cut.tile, matrices),
                [matrices.command(cut, matrices.shape)],
                lambda: matrices.check(self._session, generator),
                resources.pop_all(),
            )

    def close(self) -> None:
        """Give the kernels back."""
        self._kernels.close()

    def cuts(self, form: Format) -> Sequence[_Cut]:
        """Return every cut that the device's compiler takes.

        Raises:
            NotNativeError: there is none; the message is the compiler's.
        """
        if form.precision not in self._cuts:
            self._cuts[form.precision] = self._built(form)
        return self._cuts[form.precision]

    def _built(self, form: Format) -> Sequence[_Cut]:
        device = self._session.device
        vector = vector_length(device, form.element_bytes)
        cuts: list[_Cut] = []
        refused = "no tile fits it"
        for tile in tiles(device, form.element_bytes):
            settings = {**form.settings, **tile.settings(vector)}
            try:
                kernel = build(self._session, _SOURCES, "multiply", settings, form.options)
            except BuildError as problem:
                refused = str(problem)
                continue
            self._kernels.callback(kernel.close)
            cuts.append(_Cut(tile, kernel))
        if not cuts:
            raise NotNativeError(f"{device.name} has no kernel for {form.precision}: {refused}")
        return cuts

    def _matrices(
        self, form: Format, shape: Shape, generator: np.random.Generator, resources: ExitStack
    ) -> _Matrices:
        steps = shape.k // form.per_word
        sizes = (
            steps * shape.m * form.element_bytes,
            steps * shape.n * form.element_bytes,
            shape.m * shape.n * form.result_bytes,
        )
        buffers = [self._session.buffer(size, resources) for size in sizes]
        a = fill(self._session, buffers[0], form, shape.m, generator)
        b = fill(self._session, buffers[1], form, shape.n, generator)
        vector = vector_length(self._session.device, form.element_bytes)
        return _Matrices(form, shape, vector, a, b, buffers[2])

    def _fastest(self, cuts: Sequence[_Cut], matrices: _Matrices) -> _Cut:
        whole = matrices.shape
        first = self._tried(cuts, matrices, _within(_SMALL, whole))
        limit = _HOPELESS * min(first.values())
        hopeful = [cut for cut, seconds in first.items() if seconds <= limit]
        second = self._tried(hopeful, matrices, _within(_WIDE, whole))
        return min(second, key=lambda cut: second[cut])

    def _tried(
        self, cuts: Sequence[_Cut], matrices: _Matrices, shape: Shape
    ) -> Mapping[_Cut, float]:
        """Return the shortest time of each cut that runs.

        Raises:
            NotNativeError: none does.
        """
        trials = {cut: [matrices.command(cut, shape)] for cut in cuts}
        times = shortest(self._session.timed, trials)
        if not times:
            raise NotNativeError(f"no kernel for {matrices.form.precision} runs")
        return times


def _within(shape: Shape, room: Shape) -> Shape:
    return Shape(min(shape.m, room.m), min(shape.n, room.n), min(shape.k, room.k))


def _method(form: Format, tile: Tile, matrices: _Matrices) -> str:
    shape, data = matrices.shape, "standard-normal data"
    if form.per_word > 1:
        data = "normal data of deviation 32"
    repeated = ", rows repeated" if matrices.a.repeats or matrices.b.repeats else ""
    return (
        f"OpenCL, own kernel on vector units, lower bound: groups of {tile.height()} ×"
        f" {tile.width(matrices.vector)}, vectors of {matrices.vector},"
        f" {f'{tile.staged} steps' if tile.staged else 'none'} staged; {form.arithmetic};"
        f" both operands with k outermost, sides rounded up to {shape.m} × {shape.n} × {shape.k};"
        f" {data}{repeated}; device events"
    )
