"""What a child is told of the world: nothing of the caller's, and nothing to report home with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gauger_probes.run.process import ENVIRONMENT

_USE = (
    "import sys; sys.path[:] = sys.argv[1:];"
    "import onnxruntime; onnxruntime.SessionOptions(); onnxruntime.get_available_providers()"
)


def test_the_home_of_a_child_cannot_hold_anything() -> None:
    with pytest.raises(OSError, match="Not a directory"):
        Path(ENVIRONMENT["HOME"], ".cache").mkdir(parents=True)


def test_a_runtime_that_reports_to_its_maker_is_told_not_to(tmp_path: Path) -> None:
    """With a home to write to, it would leave an identifier of this machine there."""
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    environment = {**ENVIRONMENT, "HOME": str(tmp_path)}
    command = [sys.executable, "-I", "-S", "-c", _USE, *sys.path]
    subprocess.run(command, env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []


_MULTIPLY_AND_REST = """
import sys; sys.path[:] = sys.argv[1:]
import time, numpy
from gauger_probes.measure.blas import find
a = numpy.ones((600, 600))
a @ a
before = time.process_time()
time.sleep(0.06)
print(find().name, time.process_time() - before)
"""


def _spent_resting(environment: dict[str, str]) -> float:
    """Return the CPU seconds of 60 ms in which nobody asks for anything, after a product."""
    command = [sys.executable, "-I", "-S", "-c", _MULTIPLY_AND_REST, *sys.path]
    done = subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)
    name, seconds = done.stdout.decode().split()
    if name != "OpenBLAS":
        pytest.skip(f"numpy multiplies with {name}, not with OpenBLAS")
    return float(seconds)


def test_threads_that_multiplied_leave_the_processors_to_who_comes_next() -> None:
    pytest.importorskip("numpy", reason="numpy is not installed")
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("one CPU: OpenBLAS starts no thread")
    plain = {name: value for name, value in ENVIRONMENT.items() if "BLAS" not in name}
    assert _spent_resting(dict(ENVIRONMENT)) < 0.5 * _spent_resting(plain)
