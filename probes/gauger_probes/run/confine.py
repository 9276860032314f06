"""What a child gives up before it runs any probe: privileges to gain, a life of its own, memory.

Relies on prctl(2) and setrlimit(2) of Linux; option numbers are those of
include/uapi/linux/prctl.h.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def confine(
    parent: int, memory_bytes: int | None, at_its_end: signal.Signals = signal.SIGKILL
) -> None:
    """Confine this process for the rest of its life.

    It gains no privileges through exec, leaves no core file, gets the signal ``at_its_end`` when
    the process ``parent`` ends, and has at most ``memory_bytes`` of address space where given.

    Raises:
        OSError: the kernel refuses; nothing may be probed then.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_PDEATHSIG, at_its_end)
    if os.getppid() != parent:
        os._exit(1)  # it died before it could be watched
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes is not None:
        limit = _within(resource.getrlimit(resource.RLIMIT_AS)[1], memory_bytes)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _within(hard: int, asked: int) -> int:
    return asked if hard == resource.RLIM_INFINITY else min(hard, asked)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in (value, 0, 0, 0)]
    if libc.prctl(ctypes.c_int(option), *words) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")
