"""What the packaging tests build once: the wheel and the .deb."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

Build = Callable[[Path], Path]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, *isolation, "--wheel-dir", str(folder), str(REPOSITORY)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def build_deb() -> Build:
    """Build the .deb of this checkout into a folder."""

    def build(folder: Path) -> Path:
        command = [sys.executable, str(REPOSITORY / "packaging" / "build"), "deb"]
        finished = subprocess.run(
            [*command, "--out", str(folder)], capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        return Path(finished.stdout.strip())

    return build


@pytest.fixture(scope="session")
def deb(build_deb: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .deb of this checkout."""
    return build_deb(tmp_path_factory.mktemp("deb"))
