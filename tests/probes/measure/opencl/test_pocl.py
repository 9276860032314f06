"""OpenCL for real, on the processors: each kind of work computes right and takes time.

Wherever PoCL is installed; every kernel in every cut is a system test.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest

from gauger_probes.measure.backends.opencl import copy, multiply, search
from gauger_probes.measure.backends.opencl.engine import OpenClEngine
from gauger_probes.measure.backends.opencl.prepared import Prepared
from gauger_probes.measure.backends.opencl.session import Command, Session
from gauger_probes.measure.backends.protocol import (
    Direction,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)
from gauger_probes.measure.errors import WrongResultError

_ONE_COPY = """
from gauger_probes.measure.backends.opencl.backend import open_backend
from gauger_probes.measure.backends.protocol import Direction
engine = open_backend().engines()[0]
work = engine.copy(Direction.WITHIN, 4096, 1)
work.check()
"""
_CLOSED = """
work.close()
engine.close()
"""


def test_the_processors_are_the_cpu_and_have_fp32_and_int8(pocl: OpenClEngine) -> None:
    assert pocl.id == "cpu"
    assert {Precision.FP32, Precision.INT8} <= set(pocl.precisions())
    assert pocl.memory_bytes > 0


def test_a_product_of_odd_sides_is_right_and_takes_longer_twice(pocl: OpenClEngine) -> None:
    work = pocl.gemm(Precision.FP32, Shape(300, 200, 129), 1)
    once = min(work.run(1) for _ in range(5))
    many = min(work.run(20) for _ in range(3))
    work.check()
    work.close()
    assert many > 5 * once
    assert "lower bound" in work.method
    assert "512 × 256 × 192" in work.method


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("size", [1, 5_000_000])
def test_bytes_arrive(pocl: OpenClEngine, direction: Direction, size: int) -> None:
    work = pocl.copy(direction, size, 1)
    assert work.run(2) > 0
    work.check()
    work.close()


def test_a_search_finds_the_best(pocl: OpenClEngine) -> None:
    work = pocl.search(Precision.FP32, Gallery(1000, 3, 128, 5), 1)
    assert work.run(1) > 0
    work.check()
    work.close()


def test_a_list_longer_than_the_kernel_keeps_is_refused(pocl: OpenClEngine) -> None:
    with pytest.raises(NotNativeError, match="32"):
        pocl.search(Precision.FP32, Gallery(1000, 1, 128, 33), 1)


class Idle(Prepared):
    """Work that does nothing in the place of what was prepared."""

    def __init__(
        self,
        session: Session,
        method: str,
        commands: Sequence[Command],
        compare: Callable[[], None],
        resources: ExitStack,
    ) -> None:
        del commands
        buffer = session.buffer(4, resources)
        word = ctypes.c_uint(0)
        fill = session.enqueue(
            "clEnqueueFillBuffer", buffer.handle, ctypes.byref(word), 4, 0, buffer.size_bytes
        )
        super().__init__(session, method, [fill], compare, resources)


@pytest.mark.parametrize(
    ("module", "prepare"),
    [
        (multiply, lambda engine: engine.gemm(Precision.FP32, Shape(256, 256, 64), 1)),
        (copy, lambda engine: engine.copy(Direction.WITHIN, 100_000, 1)),
        (search, lambda engine: engine.search(Precision.FP32, Gallery(1000, 1, 64, 5), 1)),
    ],
    ids=["gemm", "within", "search"],
)
def test_results_of_the_trials_are_not_taken_for_those_of_the_work(
    pocl: OpenClEngine,
    module: ModuleType,
    prepare: Callable[[OpenClEngine], Work],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "Prepared", Idle)
    work = prepare(pocl)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.mark.usefixtures("pocl")
@pytest.mark.parametrize("end", ["", _CLOSED], ids=["left open", "closed"])
def test_nothing_is_left_in_the_user_s_cache(tmp_path: Path, end: str) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    kept = {"HOME": os.fspath(home), "TMPDIR": os.fspath(temporary), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", _ONE_COPY + end], check=True, env=kept, timeout=120)
    assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []
