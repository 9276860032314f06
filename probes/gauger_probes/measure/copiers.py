"""Threads that copy together, one on each CPU, each with memory of its own.

numpy.copyto lets go of the interpreter's lock while it copies, so Python threads are enough. Each
is tied to its CPU and is the first to write to its part, so that the kernel places the memory on
that CPU's node.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.sampling import Sample

Doubles: TypeAlias = npt.NDArray[np.float64]

#: Parts begin on a page, so that no page has two owners.
_PAGE_DOUBLES = 4096 // 8
#: Doubles compared in each part when the copy is checked.
_COMPARED = 4096


@dataclass(slots=True)
class _Part:
    """One thread's share of the arrays, and when its last copy began and ended."""

    cpu: int
    source: Doubles
    target: Doubles
    began_s: float = 0.0
    ended_s: float = 0.0
    cpu_s: float = 0.0

    def fill(self, generator: np.random.Generator) -> None:
        generator.random(out=self.source)
        self.target.fill(np.nan)

    def copy(self, passes: int) -> None:
        cpu_s, self.began_s = time.thread_time(), time.perf_counter()
        for _ in range(passes):
            np.copyto(self.target, self.source)
        self.ended_s = time.perf_counter()
        self.cpu_s = time.thread_time() - cpu_s


class Copiers:
    """The threads, from ``with`` to its end. ``array_bytes`` is what one pass reads."""

    def __init__(self, array_bytes: int, cpus: Sequence[int], generator: np.random.Generator):
        """Fill two arrays of about ``array_bytes`` each with random data from ``generator``.

        Raises:
            MemoryError: there is no memory for the arrays.
        """
        pages = max(1, array_bytes // 8 // _PAGE_DOUBLES // len(cpus))
        each = pages * _PAGE_DOUBLES
        source, target = (np.empty(each * len(cpus)) for _ in range(2))
        spans = [slice(at * each, (at + 1) * each) for at in range(len(cpus))]
        self.array_bytes = source.nbytes
        self._parts = [
            _Part(cpu, source[span], target[span]) for cpu, span in zip(cpus, spans, strict=True)
        ]
        self._passes = 0
        self._problem: BaseException | None = None
        self._gate = threading.Barrier(len(cpus) + 1)
        self._threads = [
            threading.Thread(target=self._work, args=(part, own), daemon=True)
            for part, own in zip(self._parts, generator.spawn(len(cpus)), strict=True)
        ]

    def __enter__(self) -> Copiers:
        for thread in self._threads:
            thread.start()
        self._meet()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.abort()
        for thread in self._threads:
            thread.join()

    def copy(self, passes: int) -> Sample:
        """Copy everything ``passes`` times; wall time is from the first start to the last end."""
        self._passes = passes
        self._meet()
        self._meet()
        began_s = min(part.began_s for part in self._parts)
        ended_s = max(part.ended_s for part in self._parts)
        return Sample(ended_s - began_s, sum(part.cpu_s for part in self._parts))

    def check(self, generator: np.random.Generator) -> None:
        """Compare the copy with the original at random places of every part.

        Raises:
            WrongResultError: they differ.
        """
        for part in self._parts:
            places = generator.integers(0, part.source.size, _COMPARED)
            if not np.array_equal(part.source[places], part.target[places]):
                raise WrongResultError("a copy of memory differs from its original")

    def _meet(self) -> None:
        """Let everybody go on together; raise what a thread could not go on for."""
        try:
            self._gate.wait()
        except threading.BrokenBarrierError:
            if self._problem is not None:
                raise self._problem from None
            raise

    def _work(self, part: _Part, generator: np.random.Generator) -> None:
        # Where it is not allowed, the scheduler places the thread.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {part.cpu})
        try:
            part.fill(generator)
            self._gate.wait()
            while True:
                self._gate.wait()
                part.copy(self._passes)
                self._gate.wait()
        except threading.BrokenBarrierError:
            return  # the end of the block, or another thread's problem
        except BaseException as problem:
            self._problem = problem
            self._gate.abort()
