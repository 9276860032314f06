"""One OpenCL device in use: its context, its queue, its memory, and the clock of its queue.

The queue runs commands in order and records when each began and ended
(CL_QUEUE_PROFILING_ENABLE), so that times are the device's own.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.opencl import codes
from gauger_probes.measure.backends.opencl.codes import EventInfo
from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.opencl.failures import status_name
from gauger_probes.measure.backends.opencl.library import Handle, Library
from gauger_probes.measure.backends.opencl.questions import execution_status, nanoseconds
from gauger_probes.measure.backends.protocol import DeviceLostError
from gauger_probes.measure.errors import WrongResultError

Array: TypeAlias = npt.NDArray[Any]
#: Puts one command into the queue; its event goes to the place given, if one is.
Command: TypeAlias = Callable[[Any], None]

#: A device's clock and the host's may disagree by so much before the device's is not believed:
#: they are different crystals, and either is read with some delay.
_CLOCK_TOLERANCE = 1.02
_CLOCK_SLACK_S = 100e-6


@dataclass(frozen=True, slots=True)
class Buffer:
    """Memory of the device."""

    handle: Handle
    size_bytes: int


class Session:
    """A device with a context and a queue. Whoever opens one must ``close`` it."""

    def __init__(self, library: Library, device: Device) -> None:
        """Open ``device``.

        Raises:
            MemoryError, DeviceLostError, OpenClError: the driver refuses.
        """
        self.library = library
        self.device = device
        properties = (ctypes.c_ssize_t * 3)(codes.CONTEXT_PLATFORM, device.platform.handle, 0)
        devices = (ctypes.c_void_p * 1)(device.handle)
        self.context = library.make("clCreateContext", properties, 1, devices, None, None)
        try:
            self._queue = library.make(
                "clCreateCommandQueue", self.context, device.handle, codes.PROFILING
            )
        except BaseException:
            library.status("clReleaseContext", self.context)
            raise

    def close(self) -> None:
        """Give the queue and the context back. Buffers must have been released before."""
        self.library.status("clReleaseCommandQueue", self._queue)
        self.library.status("clReleaseContext", self.context)

    def buffer(self, size_bytes: int, resources: ExitStack, pinned: bool = False) -> Buffer:
        """Allocate memory that ``resources`` gives back; ``pinned`` asks for the host's.

        Raises:
            MemoryError: there is no room.
        """
        if size_bytes > self.device.max_allocation:
            raise MemoryError(
                f"{size_bytes} B are more than the {self.device.max_allocation} B that"
                f" {self.device.name} allocates at once"
            )
        flags = codes.READ_WRITE | (codes.ALLOC_HOST_PTR if pinned else 0)
        made = self.library.make("clCreateBuffer", self.context, flags, size_bytes, None)
        resources.callback(self.library.status, "clReleaseMemObject", made)
        return Buffer(made, size_bytes)

    def write(self, buffer: Buffer, data: Array, at: int = 0) -> None:
        """Copy ``data`` into ``buffer`` at byte ``at``, and wait."""
        whole = np.ascontiguousarray(data)
        self._enqueue("clEnqueueWriteBuffer", buffer.handle, 1, at, whole.nbytes, whole.ctypes.data)

    def read(self, buffer: Buffer, dtype: npt.DTypeLike, count: int, at: int = 0) -> Array:
        """Return ``count`` elements of ``buffer`` from byte ``at``."""
        data = np.empty(count, dtype)
        self._enqueue("clEnqueueReadBuffer", buffer.handle, 1, at, data.nbytes, data.ctypes.data)
        return data

    def fill(self, buffer: Buffer, byte: int) -> None:
        """Set every byte. The size must be a multiple of four."""
        word = ctypes.c_uint(byte * 0x01010101)
        size = ctypes.sizeof(word)
        self._enqueue(
            "clEnqueueFillBuffer", buffer.handle, ctypes.byref(word), size, 0, buffer.size_bytes
        )
        self.finish()

    def copy(self, source: Buffer, target: Buffer, begin: int, at: int, size_bytes: int) -> None:
        """Put a copy from byte ``begin`` to byte ``at`` into the queue."""
        self._enqueue("clEnqueueCopyBuffer", source.handle, target.handle, begin, at, size_bytes)

    def map(self, buffer: Buffer) -> int:
        """Return the address of a pinned buffer in this process."""
        return self.library.make(
            "clEnqueueMapBuffer",
            *(self._queue, buffer.handle, 1, codes.MAP_READ_WRITE, 0, buffer.size_bytes),
            *(0, None, None),
        )

    def unmap(self, buffer: Buffer, address: int) -> None:
        """End what ``map`` began, whatever state the device is in."""
        arguments = (self._queue, buffer.handle, address, 0, None, None)
        if not self.library.status("clEnqueueUnmapMemObject", *arguments):
            self.library.status("clFinish", self._queue)

    def enqueue(self, function: str, *arguments: object) -> Command:
        """Return the command that calls ``function`` with the queue before ``arguments``."""
        return lambda event: self.library.call(function, self._queue, *arguments, 0, None, event)

    def finish(self) -> None:
        """Wait until the queue is empty.

        Raises:
            DeviceLostError: the device failed.
        """
        self.library.call("clFinish", self._queue)

    def timed(self, commands: Sequence[Command], repetitions: int) -> float:
        """Run ``commands`` ``repetitions`` (≥ 1) times, back to back; return the seconds it took.

        Raises:
            DeviceLostError: the device failed.
            WrongResultError: its clock stood still, or ran faster than the host's.
        """
        first, last = ctypes.c_void_p(), ctypes.c_void_p()
        begin_s = time.perf_counter()
        try:
            self._fill_queue(commands, repetitions, first, last)
            self.finish()
            wall_s = time.perf_counter() - begin_s
            return self._between(first.value or 0, last.value or first.value or 0, wall_s)
        finally:
            for event in (first, last):
                if event.value:
                    self.library.status("clReleaseEvent", event)

    def _fill_queue(
        self,
        commands: Sequence[Command],
        repetitions: int,
        first: ctypes.c_void_p,
        last: ctypes.c_void_p,
    ) -> None:
        total = len(commands) * repetitions
        for at in range(total):
            event = ctypes.byref(first) if at == 0 else None
            if 0 < at == total - 1:
                event = ctypes.byref(last)
            commands[at % len(commands)](event)

    def _between(self, first: Handle, last: Handle, wall_s: float) -> float:
        status = execution_status(self.library, last)
        if status < 0:
            raise DeviceLostError(f"a command of {self.device.name} failed: {status_name(status)}")
        began = nanoseconds(self.library, first, EventInfo.START)
        ended = nanoseconds(self.library, last, EventInfo.END)
        elapsed_s = (ended - began) * 1e-9
        if not 0 < elapsed_s <= wall_s * _CLOCK_TOLERANCE + _CLOCK_SLACK_S:
            raise WrongResultError(
                f"the clock of {self.device.name} says {elapsed_s} s for what took {wall_s} s"
            )
        return elapsed_s

    def _enqueue(self, function: str, *arguments: object) -> None:
        self.enqueue(function, *arguments)(None)
