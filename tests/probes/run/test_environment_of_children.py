"""What a child is told of the world: nothing of the caller's, and nothing to report home with."""

from __future__ import annotations

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
