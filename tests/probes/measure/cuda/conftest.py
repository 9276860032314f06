"""A machine with the stand-ins, compiled once; every test gets it as new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from gauger_probes.measure.backends.cuda.backend import CudaBackend
from gauger_probes.measure.backends.protocol import Engine
from gauger_probes.roots import Roots
from support.cuda_stand_in import Machine, build, missing


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Return the one machine of this process: a library, once loaded, stays."""
    lacking = missing()
    if lacking is not None and os.environ.get("CI"):
        pytest.fail(lacking)
    if lacking is not None:
        pytest.skip(lacking)
    return build(tmp_path_factory.mktemp("cuda"))


@pytest.fixture
def machine(built: Machine) -> Machine:
    """Return it with nothing told and nothing logged."""
    built.reset()
    return built


@pytest.fixture
def backend(machine: Machine) -> CudaBackend:
    """Return the backend of that machine, with no wheels."""
    return CudaBackend(Roots(machine.root), lambda _: [])


@pytest.fixture
def opening(backend: CudaBackend, machine: Machine) -> Iterator[Callable[[], Engine]]:
    """Return what opens its only device, to be called when all is told that it says of itself.

    Nothing may be left behind when it is closed.
    """
    opened: list[Engine] = []

    def only() -> Engine:
        (found,) = backend.engines()
        opened.append(found)
        return found

    yield only
    for each in opened:
        each.close()
    assert machine.held() == 0


@pytest.fixture
def engine(opening: Callable[[], Engine]) -> Engine:
    """Return its only device, told nothing of."""
    return opening()
