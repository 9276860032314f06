"""The stand-in, compiled once, and a real PoCL where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gauger_probes.measure.backends.opencl.backend import open_backend
from gauger_probes.measure.backends.opencl.engine import OpenClEngine
from gauger_probes.roots import Roots
from support import opencl_stand_in
from support.opencl_stand_in import StandIn


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> StandIn:
    """Return the one stand-in of this process."""
    if opencl_stand_in.compiler() is None:
        pytest.skip("no C compiler: cc is not installed")
    return opencl_stand_in.compile_stand_in(tmp_path_factory.mktemp("opencl"))


@pytest.fixture
def stand_in(compiled: StandIn) -> StandIn:
    """Return the stand-in with one card."""
    compiled.tell(opencl_stand_in.CARD)
    return compiled


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    """Return the root of a machine that lists nothing."""
    return Roots(tmp_path, captured=True)


@pytest.fixture(scope="session")
def pocl() -> Iterator[OpenClEngine]:
    """Return the processors as PoCL reaches them."""
    try:
        engines = open_backend().engines()
    except LookupError as problem:
        pytest.skip(f"no OpenCL here (pocl-opencl-icd): {problem}")
    for engine in engines:
        if engine.properties()["platform"] == "Portable Computing Language":
            yield engine
            break
    else:
        pytest.skip("OpenCL is here, PoCL (pocl-opencl-icd) is not")
    for engine in engines:
        engine.close()
