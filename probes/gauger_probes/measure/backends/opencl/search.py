"""Prepares brute-force searches on a device: ways tried, the fastest kept, the answers checked.

Each chunk of the gallery is scanned by a fixed number of groups of work-items, and the lists of
all are merged on the device, so that its clock covers the whole search.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.opencl.gallery import Chunk, Filled, fill, up, upload_queries
from gauger_probes.measure.backends.opencl.prepared import Prepared
from gauger_probes.measure.backends.opencl.program import BuildError, Kernel, build
from gauger_probes.measure.backends.opencl.session import Buffer, Command, Session
from gauger_probes.measure.backends.opencl.templates import ROOM, templates
from gauger_probes.measure.backends.opencl.tiles import WIDEST, vector_length
from gauger_probes.measure.backends.opencl.trial import shortest
from gauger_probes.measure.backends.protocol import Gallery, NotNativeError, Precision
from gauger_probes.measure.backends.ranking import Answer, check_answer

#: The longest list: those of a group of work-items must fit the least local memory, 32 KiB.
MOST_BEST = 32
#: Groups of work-items for each compute unit: enough to hide waiting for memory.
_GROUPS_PER_UNIT = 8
#: Templates that each way is tried on.
_TRIAL = 65_536
#: Queries checked.
_CHECKED = 4
#: Work-items that merge the lists of one query.
_MERGERS = 32
#: The most queries at a time.
_MOST_AT_ONCE = 8
#: Bytes of a score, of an index, and of an element of a template once it was read.
_WORD_BYTES = 4


@dataclass(frozen=True, slots=True)
class Way:
    """How a scan is cut: ``width`` templates to a work-item, ``queries`` at a time."""

    width: int
    queries: int


def ways(device: Device, batch: int) -> Sequence[Way]:
    """Return the cuts worth trying for ``batch`` queries."""
    width = vector_length(device, _WORD_BYTES)
    widths = {width, min(2 * width, WIDEST)}
    at_once = (1,) if batch == 1 else (4, _MOST_AT_ONCE)
    return tuple(Way(width, queries) for width in sorted(widths) for queries in at_once)


def prepare(session: Session, precision: Precision, gallery: Gallery, seed: int) -> Prepared:
    """Prepare a search of random templates for random queries.

    Raises:
        NotNativeError: the device cannot, in this precision or for so long a list.
        MemoryError: there is no room.
    """
    if gallery.k > MOST_BEST:
        raise NotNativeError(f"the kernel keeps the best {MOST_BEST}, not {gallery.k}")
    form = templates(precision, session.device)
    generator = np.random.default_rng(seed)
    with ExitStack() as resources:
        filled = fill(session, form, gallery, generator, resources)
        search = _Search(session, filled, resources)
        way = search.fastest()
        commands = search.commands(way)
        search.poison()
        return Prepared(
            session,
            _method(filled, way),
            commands,
            lambda: search.check(generator),
            resources.pop_all(),
        )


@dataclass(frozen=True, slots=True)
class _Scan:
    """A compiled scan and the queries as it wants them."""

    kernel: Kernel
    queries: Buffer


class _Search:
    """The kernels of one search, and the lists that they write."""

    def __init__(self, session: Session, filled: Filled, resources: ExitStack) -> None:
        self._session = session
        self._filled = filled
        self._resources = resources
        self._scans: dict[Way, _Scan] = {}
        gallery, chunks = filled.gallery, filled.chunks
        groups = up(chunks[0].size, ROOM) // ROOM
        self._scanners = min(groups, _GROUPS_PER_UNIT * session.device.compute_units)
        self._lists = self._scanners * len(chunks)
        size = up(gallery.batch, _MOST_AT_ONCE) * gallery.k * _WORD_BYTES
        #: Scores and indices of every group of work-items, then those of all.
        self._tables = [
            session.buffer(each, resources) for each in (size * self._lists,) * 2 + (size,) * 2
        ]

    def fastest(self) -> Way:
        """Return the way that scans the beginning of the gallery in the shortest time.

        Raises:
            NotNativeError: there is none; the message is the compiler's.
        """
        device = self._session.device
        refused = "none runs"
        for way in ways(device, self._filled.gallery.batch):
            try:
                kernel = self._built("scan", way, ROOM // way.width)
            except BuildError as problem:
                refused = str(problem)
                continue
            queries = upload_queries(self._session, self._filled, way.queries, self._resources)
            self._scans[way] = _Scan(kernel, queries)
        first = self._filled.chunks[0]
        beginning = Chunk(first.buffer, 0, min(first.size, _TRIAL))
        times = shortest(
            self._session.timed, {way: [self._scan(way, beginning, 0)] for way in self._scans}
        )
        if not times:
            raise NotNativeError(f"{device.name} has no kernel for this search: {refused}")
        return min(times, key=lambda way: times[way])

    def commands(self, way: Way) -> Sequence[Command]:
        """Return the commands of one search."""
        try:
            merge = self._built("merge", way, _MERGERS)
        except BuildError as problem:
            raise NotNativeError(f"no kernel joins the lists: {problem}") from problem
        items = (self._filled.gallery.batch * _MERGERS,)
        scans = [
            self._scan(way, chunk, at * self._scanners)
            for at, chunk in enumerate(self._filled.chunks)
        ]
        return [*scans, merge.command(items, (_MERGERS,), (self._lists, *self._tables))]

    def poison(self) -> None:
        """Overwrite what the trials left."""
        for buffer in self._tables:
            self._session.fill(buffer, 0xFF)

    def check(self, generator: np.random.Generator) -> None:
        """Compare some queries' answers with numpy's.

        Raises:
            WrongResultError: one is wrong.
        """
        gallery, form = self._filled.gallery, self._filled.form
        block, queries = form.exact(self._filled.block), form.exact(self._filled.queries)
        inside = generator.integers(0, gallery.batch, _CHECKED).tolist()
        for at in sorted({0, gallery.batch - 1, *inside}):
            check_answer(self._answer(at), block, queries[at], gallery.size)

    def _answer(self, query: int) -> Answer:
        k = self._filled.gallery.k
        place = query * k * _WORD_BYTES
        _, _, best, best_index = self._tables
        scores = self._session.read(best, self._filled.form.score, k, place)
        indices = self._session.read(best_index, np.uint32, k, place)
        return Answer(scores.astype(np.float64), indices.astype(np.int64))

    def _scan(self, way: Way, chunk: Chunk, first_list: int) -> Command:
        scan = self._scans[way]
        passes = up(self._filled.gallery.batch, way.queries) // way.queries
        lanes = ROOM // way.width
        numbers = (chunk.first, chunk.size, first_list, self._lists)
        buffers = (chunk.buffer, scan.queries, *self._tables[:2])
        return scan.kernel.command(
            (self._scanners * lanes, passes), (lanes, 1), (*numbers, *buffers)
        )

    def _built(self, name: str, way: Way, lanes: int) -> Kernel:
        form, gallery = self._filled.form, self._filled.gallery
        settings = {
            **form.settings,
            "V": way.width,
            "LANES": lanes,
            "QUERIES": way.queries,
            "STEPS": form.steps(gallery.dimensions),
            "K": gallery.k,
        }
        sources = ("vectors.cl", "best.cl", f"{name}.cl")
        kernel = build(self._session, sources, name, settings, form.options)
        self._resources.callback(kernel.close)
        return kernel


def _method(filled: Filled, way: Way) -> str:
    made = len(filled.block)
    repeated = f", {made} templates repeated" if filled.gallery.size > made else ""
    return (
        f"OpenCL, own kernels on vector units, lower bound: {way.width} templates to a work-item,"
        f" {way.queries} queries at a time, best {filled.gallery.k} kept and merged on the device;"
        f" {filled.form.arithmetic}; random templates{repeated}; device events"
    )
