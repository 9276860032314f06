"""Threads that work together, one on each CPU, each on data of its own.

numpy's loops, its BLAS and onnxruntime let go of the interpreter's lock while they compute, so
Python threads are enough. A thread is tied to its CPU and makes its own data there, so that the
kernel places the memory on that CPU's node.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Crew:
    """The threads, from ``with`` to its end."""

    def __init__(self, cpus: Sequence[int]) -> None:
        """Start no thread yet: each begins with its first work."""
        self.size = len(cpus)
        # A pool of one for each CPU: work that is handed to it stays where its data is.
        self._threads = [
            ThreadPoolExecutor(1, f"cpu{cpu}", initializer=_tie, initargs=(cpu,)) for cpu in cpus
        ]

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for thread in self._threads:
            thread.shutdown(cancel_futures=True)

    def each(self, work: Callable[[Given], Made], given: Sequence[Given]) -> list[Made]:
        """Let the n-th thread do ``work`` on the n-th of ``given``; return what they made.

        Threads for which nothing is given rest.

        Raises:
            Exception: what any of them raised, once all have ended.
            ValueError: there are fewer threads than things given.
        """
        if len(given) > self.size:
            raise ValueError(f"{len(given)} things for {self.size} threads")
        started = [
            thread.submit(work, item) for thread, item in zip(self._threads, given, strict=False)
        ]
        problems = [item.exception() for item in started]
        for problem in problems:
            if problem is not None:
                raise problem
        return [item.result() for item in started]


def _tie(cpu: int) -> None:
    # Where it is not allowed, the scheduler places the thread.
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {cpu})
