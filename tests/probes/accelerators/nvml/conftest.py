"""The stand-in library, compiled once; every test tells it anew what to answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import nvml_stand_in


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the one library of this process: the binding keeps pointers into the first."""
    if nvml_stand_in.compiler() is None:
        pytest.skip("no C compiler: cc is not installed")
    return nvml_stand_in.compile_stand_in(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def stand_in(compiled: Path) -> Path:
    """Return the library with nothing told and nothing logged."""
    for name in ("answers", "calls"):
        (compiled.parent / name).unlink(missing_ok=True)
    return compiled
