"""Our own kernel, which selects the best of many scores: loaded into a device, and launched.

It travels as PTX (``select.ptx``, made of ``select.cu``), which the driver compiles for the device
that it finds.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from ctypes import byref
from dataclasses import astuple, dataclass
from importlib import resources

from gauger_probes.measure.backends.cuda.driver_abi import Address
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError

#: Those of select.cu: threads of a block, scores that one block takes, the longest list.
THREADS, SEGMENT, MOST_BEST = 256, 4096, 32
#: The most queries: what a grid may have in its second direction.
MOST_QUERIES = 65_535

_NAME = "select_best"
#: The types of the kernel's parameters, in the order of ``Selection``.
PARAMETERS = (
    *(Address, Address, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint),
    *(ctypes.c_uint, Address, Address, ctypes.c_uint, ctypes.c_uint),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What to select of, and where to: the kernel's parameters, addresses of the device's.

    ``count`` scores of each query, which begin ``stride`` apart. ``whole``: int32, else fp32.
    ``indices`` are those of the scores; 0: they count from ``first``. Each query has room for
    ``lists`` of ``k``; those written are ``first_list`` and after.
    """

    scores: int
    indices: int
    stride: int
    count: int
    first: int
    k: int
    whole: bool
    best: int
    best_indices: int
    lists: int
    first_list: int

    @property
    def segments(self) -> int:
        """How many lists are made of each query's scores."""
        return -(-self.count // SEGMENT)


class Selector:
    """The kernel on the device of a session."""

    def __init__(self, session: Session) -> None:
        """Have the driver compile it.

        Raises:
            NotNativeError: the driver cannot; the message says why.
            MemoryError: there is no room.
            DeviceLostError: the device failed.
        """
        self._session = session
        session.use()
        program = ctypes.create_string_buffer(ptx())
        module = ctypes.c_void_p()
        try:
            session.driver.call("cuModuleLoadData", byref(module), program)
        except NotNativeError as problem:
            raise NotNativeError(
                f"the driver cannot compile the kernel that selects the best: {problem}"
            ) from problem
        self._module = module.value
        function = ctypes.c_void_p()
        try:
            name = _NAME.encode()
            session.driver.call("cuModuleGetFunction", byref(function), self._module, name)
        except Exception:
            self.close()
            raise
        self._function = function.value

    def launching(self, selection: Selection, queries: int) -> Callable[[], None]:
        """Return what starts ``selection`` for so many queries on the session's stream.

        All is laid out here, so that starting it costs little. What it starts raises
        ``DeviceLostError`` if the device failed.
        """
        values = [kind(value) for kind, value in zip(PARAMETERS, astuple(selection), strict=True)]
        places = (ctypes.c_void_p * len(values))(*(ctypes.addressof(each) for each in values))
        grid, block = (selection.segments, queries, 1), (THREADS, 1, 1)
        call, function, stream = self._session.driver.call, self._function, self._session.stream

        def launch(_kept: object = values) -> None:
            call("cuLaunchKernel", function, *grid, *block, 0, stream, places, None)

        return launch

    def close(self) -> None:
        """Give it back; a lost device has taken it already."""
        with contextlib.suppress(DeviceLostError):
            self._session.driver.call("cuModuleUnload", self._module)


def ptx() -> bytes:
    """Return the kernel as the driver gets it."""
    return (resources.files(__package__) / "select.ptx").read_bytes()
