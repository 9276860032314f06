"""Compiles our kernels with the driver's compiler, and starts them.

Sources lie beside this file. A build that fails is told by the first line of the compiler's log
that says anything.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TypeAlias

from gauger_probes.measure.backends.opencl.codes import ProgramInfo, Status
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.library import Handle
from gauger_probes.measure.backends.opencl.session import Buffer, Command, Session
from gauger_probes.text import clean

#: Longest log read.
_MAX_LOG = 1 << 20

#: A kernel's argument: memory, or a number of 32 bits.
Argument: TypeAlias = Buffer | int


class BuildError(Exception):
    """The driver's compiler refused a kernel; the message is the first line of its log."""


class Kernel:
    """A compiled kernel. Whoever builds one must ``close`` it."""

    def __init__(self, session: Session, program: Handle, name: str) -> None:
        """Take the kernel ``name`` from ``program``, which it then owns."""
        self._session = session
        self._program = program
        self._handle = session.library.make("clCreateKernel", program, name.encode())

    def close(self) -> None:
        """Give the kernel and its program back."""
        self._session.library.status("clReleaseKernel", self._handle)
        self._session.library.status("clReleaseProgram", self._program)

    def command(
        self, sizes: Sequence[int], group: Sequence[int], arguments: Sequence[Argument]
    ) -> Command:
        """Return the command that runs it over ``sizes`` items in groups of ``group``.

        Arguments belong to the kernel and are set when the command is put into the queue.
        """
        count = len(sizes)
        total = (ctypes.c_size_t * count)(*sizes)
        local = (ctypes.c_size_t * count)(*group)
        run = self._session.enqueue(
            "clEnqueueNDRangeKernel", self._handle, count, None, total, local
        )

        def command(event: object) -> None:
            for at, argument in enumerate(arguments):
                self._set(at, argument)
            run(event)

        return command

    def _set(self, at: int, argument: Argument) -> None:
        value = (
            ctypes.c_void_p(argument.handle)
            if isinstance(argument, Buffer)
            else ctypes.c_uint(argument)
        )
        size, place = ctypes.sizeof(value), ctypes.byref(value)
        self._session.library.call("clSetKernelArg", self._handle, at, size, place)


def build(
    session: Session,
    sources: Sequence[str],
    kernel: str,
    settings: Mapping[str, str | int],
    options: str = "",
) -> Kernel:
    """Compile the files ``sources`` as one, with ``settings`` as macros; return its ``kernel``.

    Raises:
        BuildError: the compiler refuses.
        MemoryError, DeviceLostError, OpenClError: the driver fails.
    """
    macros = " ".join(f"-D {name}={value}" for name, value in settings.items())
    program = _program(session, sources)
    try:
        _compile(session, program, f"{macros} {options}".strip())
        return Kernel(session, program, kernel)
    except BaseException:
        session.library.status("clReleaseProgram", program)
        raise


def _program(session: Session, sources: Sequence[str]) -> Handle:
    folder = resources.files(__package__)
    count = len(sources)
    texts = (ctypes.c_char_p * count)(*(folder.joinpath(name).read_bytes() for name in sources))
    return session.library.make("clCreateProgramWithSource", session.context, count, texts, None)


def _compile(session: Session, program: Handle, options: str) -> None:
    devices = (ctypes.c_void_p * 1)(session.device.handle)
    try:
        session.library.call("clBuildProgram", program, 1, devices, options.encode(), None, None)
    except OpenClError as problem:
        told = _first_line(_log(session, program)) or str(problem)
        if problem.status in _REFUSED:
            raise BuildError(told) from problem
        raise


_REFUSED = (
    Status.BUILD_PROGRAM_FAILURE,
    Status.COMPILER_NOT_AVAILABLE,
    Status.INVALID_BUILD_OPTIONS,
    Status.INVALID_BINARY,
)


def _log(session: Session, program: Handle) -> bytes:
    device = session.device.handle
    size = ctypes.c_size_t()
    ask = (program, device, ProgramInfo.LOG)
    session.library.status("clGetProgramBuildInfo", *ask, 0, None, ctypes.byref(size))
    if not 0 < size.value <= _MAX_LOG:
        return b""
    raw = ctypes.create_string_buffer(size.value)
    session.library.status("clGetProgramBuildInfo", *ask, size.value, raw, None)
    return raw.raw


def _first_line(log: bytes) -> str | None:
    """Return the first line that names an error, else the first that says anything."""
    lines = [line for part in log.split(b"\0")[0].splitlines() if (line := clean(part))]
    errors = [line for line in lines if "error" in line.lower()]
    return next(iter(errors or lines), None)
