"""Processes that do nothing but use the CPU, for as long as a block lasts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

#: Says that it runs, and then runs until it is killed.
_LOOP = "print(flush=True)\nwhile True: pass"


@contextmanager
def hogs(count: int) -> Iterator[None]:
    """Keep ``count`` processes busy; all of them run when the block begins."""
    with ExitStack() as stack:
        for _ in range(count):
            child = stack.enter_context(
                subprocess.Popen([sys.executable, "-I", "-c", _LOOP], stdout=subprocess.PIPE)
            )
            stack.callback(child.kill)
            assert child.stdout is not None
            child.stdout.readline()
        yield
