"""A random gallery and random queries, on the host and on a device.

A gallery may be larger than one allocation, so it lies in chunks. Beyond ``BLOCK`` templates it
repeats them: all of it is read and multiplied all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from gauger_probes.measure.backends.opencl.operand import repeat
from gauger_probes.measure.backends.opencl.session import Buffer, Session
from gauger_probes.measure.backends.opencl.templates import ROOM, Templates, Values, laid_out
from gauger_probes.measure.backends.protocol import Gallery

#: Templates made on the host.
BLOCK = 32_768


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the gallery: ``size`` templates from number ``first``."""

    buffer: Buffer
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What is searched, and for what: ``block`` and ``queries`` are templates × elements."""

    gallery: Gallery
    form: Templates
    block: Values
    queries: Values
    chunks: Sequence[Chunk]


def fill(
    session: Session,
    form: Templates,
    gallery: Gallery,
    generator: np.random.Generator,
    resources: ExitStack,
) -> Filled:
    """Fill the device's memory with a gallery.

    Values beyond the last dimension, where it does not fill a word, are as random as the others.

    Raises:
        MemoryError: there is no room.
    """
    steps = form.steps(gallery.dimensions)
    block = form.draw((min(up(gallery.size, ROOM), BLOCK), steps), generator)
    queries = form.draw((gallery.batch, steps), generator)
    chunks = tuple(_chunks(session, gallery.size, block, resources))
    return Filled(gallery, form, block, queries, chunks)


def upload_queries(session: Session, filled: Filled, at_once: int, resources: ExitStack) -> Buffer:
    """Upload the queries as ``scan.cl`` wants them: ``at_once`` together, the steps outermost."""
    batch, steps = filled.queries.shape
    padded = np.zeros((up(batch, at_once), steps), filled.queries.dtype)
    padded[:batch] = filled.queries
    words = filled.form.exact(padded).view(np.uint32)
    buffer = session.buffer(words.nbytes, resources)
    session.write(buffer, words.reshape(-1, at_once, steps).transpose(0, 2, 1))
    return buffer


def up(size: int, multiple: int) -> int:
    """Return ``size`` rounded up to a multiple of ``multiple``."""
    return -(-size // multiple) * multiple


def _chunks(session: Session, size: int, block: Values, resources: ExitStack) -> Iterator[Chunk]:
    rows, template_bytes = len(block), block[0].nbytes
    fitting = session.device.max_allocation // template_bytes // rows * rows
    if not fitting:
        raise MemoryError(f"{rows} templates of {template_bytes} B exceed one allocation")
    groups = laid_out(block)
    for first in range(0, size, fitting):
        held = min(fitting, size - first)
        buffer = session.buffer(up(held, ROOM) * template_bytes, resources)
        part = groups[: up(held, ROOM) // ROOM]
        session.write(buffer, part)
        repeat(session, buffer, part.nbytes)
        yield Chunk(buffer, first, held)
