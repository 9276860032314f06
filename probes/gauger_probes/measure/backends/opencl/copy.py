"""Prepares moving bytes: within a device's memory, and between it and the host's.

Within the device the driver's own copy and a kernel of ours are tried and the faster is kept. For
the other two the host's side is memory that the driver allocated for it (CL_MEM_ALLOC_HOST_PTR),
which it can reach without a copy of its own.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.opencl.operand import repeat
from gauger_probes.measure.backends.opencl.prepared import Prepared
from gauger_probes.measure.backends.opencl.program import BuildError, build
from gauger_probes.measure.backends.opencl.session import Buffer, Command, Session
from gauger_probes.measure.backends.opencl.trial import shortest
from gauger_probes.measure.backends.protocol import Direction
from gauger_probes.measure.errors import WrongResultError

Bytes = npt.NDArray[np.uint8]

#: Sizes are rounded up to a whole number of pages.
_PAGE = 4096
#: Random bytes made on the host; more are their repetition.
_BLOCK = 1 << 24
#: Windows compared, and the bytes of each.
_WINDOWS, _WINDOW = 32, 1 << 16
_VECTOR, _GROUP = 16, 64
#: What the target holds before: no window of random bytes is all this.
_POISON = 0xFF


@dataclass(frozen=True, slots=True)
class _Data:
    """What is moved: ``block``, again and again, up to ``size`` bytes."""

    block: Bytes
    size: int

    def window(self, at: int, size: int) -> Bytes:
        """Return ``size`` bytes from ``at``."""
        return self.block[np.arange(at, at + size) % self.block.size]


def prepare(session: Session, direction: Direction, size_bytes: int, seed: int) -> Prepared:
    """Prepare moving ``size_bytes``, rounded up to pages.

    Raises:
        MemoryError: there is no room.
        OpenClError: the driver cannot.
    """
    size = -(-size_bytes // _PAGE) * _PAGE
    generator = np.random.default_rng(seed)
    data = _Data(generator.integers(0, 256, min(size, _BLOCK), np.uint8), size)
    with ExitStack() as resources:
        if direction is Direction.WITHIN:
            return _within(session, data, generator, resources)
        return _across(session, direction, data, generator, resources)


def _within(
    session: Session, data: _Data, generator: np.random.Generator, resources: ExitStack
) -> Prepared:
    source = session.buffer(data.size, resources)
    target = session.buffer(data.size, resources)
    _upload(session, source, data)
    session.fill(target, _POISON)
    commands = _ways(session, source, target, resources)
    times = shortest(session.timed, {way: [command] for way, command in commands.items()})
    way = min(times, key=lambda each: times[each])
    session.fill(target, _POISON)

    def read(at: int, size: int) -> Bytes:
        return session.read(target, np.uint8, size, at)

    return Prepared(
        session,
        f"OpenCL, {way}; {data.size} B read and as many written, random data; device events",
        [commands[way]],
        lambda: _compare(read, data, generator),
        resources.pop_all(),
    )


def _across(
    session: Session,
    direction: Direction,
    data: _Data,
    generator: np.random.Generator,
    resources: ExitStack,
) -> Prepared:
    device = session.buffer(data.size, resources)
    host = _pinned(session, data.size, resources)
    if direction is Direction.TO_DEVICE:
        function, target = "clEnqueueWriteBuffer", "device"
        _repeat_on_host(host, data)
        session.fill(device, _POISON)
    else:
        function, target = "clEnqueueReadBuffer", "host"
        _upload(session, device, data)
        host.fill(_POISON)

    def read(at: int, size: int) -> Bytes:
        if target == "host":
            return host[at : at + size]
        return session.read(device, np.uint8, size, at)

    shared = ", which shares the host's memory" if session.device.unified else ""
    return Prepared(
        session,
        f"OpenCL, {function}, memory of CL_MEM_ALLOC_HOST_PTR; {data.size} B to the {target}"
        f"{shared}, random data; device events",
        [session.enqueue(function, device.handle, 0, 0, data.size, host.ctypes.data)],
        lambda: _compare(read, data, generator),
        resources.pop_all(),
    )


def _ways(
    session: Session, source: Buffer, target: Buffer, resources: ExitStack
) -> dict[str, Command]:
    """Return the commands that copy ``source`` to ``target``, by what they are called."""
    size = source.size_bytes
    own = session.enqueue("clEnqueueCopyBuffer", source.handle, target.handle, 0, 0, size)
    ways = {"clEnqueueCopyBuffer": own}
    try:
        kernel = build(session, ("move.cl",), "move", {})
    except BuildError:
        return ways
    resources.callback(kernel.close)
    ways["own kernel"] = kernel.command((size // _VECTOR,), (_GROUP,), (source, target))
    return ways


def _pinned(session: Session, size: int, resources: ExitStack) -> Bytes:
    """Return host memory that the device reaches, as an array that is valid until then."""
    buffer = session.buffer(size, resources, pinned=True)
    address = session.map(buffer)
    resources.callback(session.unmap, buffer, address)
    return np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))


def _upload(session: Session, buffer: Buffer, data: _Data) -> None:
    session.write(buffer, data.block)
    repeat(session, buffer, data.block.size)


def _repeat_on_host(host: Bytes, data: _Data) -> None:
    for at in range(0, data.size, data.block.size):
        part = host[at : at + data.block.size]
        part[:] = data.block[: part.size]


def _compare(
    read: Callable[[int, int], Bytes], data: _Data, generator: np.random.Generator
) -> None:
    """Compare random windows, the first and the last bytes among them."""
    size = min(_WINDOW, data.size)
    inside = generator.integers(0, data.size - size, _WINDOWS, endpoint=True)
    for at in (0, data.size - size, *map(int, inside)):
        if not np.array_equal(read(at, size), data.window(at, size)):
            raise WrongResultError(f"a copy of {data.size} B differs within {size} B from {at}")
