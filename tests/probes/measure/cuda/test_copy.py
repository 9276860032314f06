"""Copies: in all three directions, at the rates that were told, and checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gauger_probes.measure.backends.cuda import copying
from gauger_probes.measure.backends.protocol import Direction, Engine
from gauger_probes.measure.errors import WrongResultError
from support.cuda_stand_in import Machine

SIZE = 200_003
RATES = {Direction.WITHIN: 3e9, Direction.TO_DEVICE: 2e9, Direction.TO_HOST: 1e9}


def tell_rates(machine: Machine) -> None:
    """Have the directions differ, and memory that is not pinned be far slower."""
    rates = {f"rate__{direction.value}": rate for direction, rate in RATES.items()}
    machine.tell(**rates, rate__pageable=1e6)


@pytest.mark.parametrize("direction", list(Direction))
def test_a_copy_is_timed_by_the_device_and_right(
    engine: Engine, machine: Machine, direction: Direction
) -> None:
    tell_rates(machine)
    work = engine.copy(direction, SIZE, seed=3)
    moved = 2 * SIZE if direction is Direction.WITHIN else SIZE
    assert work.run(4) == pytest.approx(4 * moved / RATES[direction], rel=1e-6)
    work.check()
    work.close()
    assert machine.refused() == []


@pytest.mark.parametrize("direction", list(Direction))
def test_a_copy_that_loses_its_last_byte_is_found(
    engine: Engine, machine: Machine, direction: Direction
) -> None:
    work = engine.copy(direction, SIZE, seed=3)
    machine.tell(corrupt=1)
    work.run(1)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.mark.parametrize("direction", list(Direction))
def test_a_copy_that_was_never_made_is_found(engine: Engine, direction: Direction) -> None:
    work = engine.copy(direction, SIZE, seed=3)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.mark.parametrize("direction", list(Direction))
def test_a_copy_larger_than_its_block_of_random_bytes_is_right(
    engine: Engine, direction: Direction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_BLOCK", 4099)
    work = engine.copy(direction, SIZE, seed=3)
    work.run(1)
    work.check()
    work.close()


def test_a_copy_of_one_byte_is_possible_and_one_of_none_our_mistake(engine: Engine) -> None:
    work = engine.copy(Direction.WITHIN, 1, seed=3)
    work.run(1)
    work.check()
    work.close()
    with pytest.raises(ValueError, match="0 bytes"):
        engine.copy(Direction.WITHIN, 0, seed=3)


def test_the_method_says_that_bytes_within_are_read_and_written(engine: Engine) -> None:
    work = engine.copy(Direction.WITHIN, SIZE, seed=3)
    assert work.method == (
        "cuMemcpyDtoDAsync; 200003 bytes read and as many written; random bytes; back to back;"
        " time between events of the CUDA driver"
    )
    work.close()


def test_a_copy_that_fits_the_cache_is_timed_after_that_was_overwritten(
    opening: Callable[[], Engine], machine: Machine
) -> None:
    machine.tell_devices({"l2": SIZE}, rate__toHost=1e9, rate__within=1e6)
    work = opening().copy(Direction.TO_HOST, SIZE, seed=3)
    assert work.method == (
        "cuMemcpyDtoHAsync; 200003 bytes, host memory pinned; random bytes; L2 cache overwritten"
        " before each repetition; time between events of the CUDA driver"
    )
    assert work.run(2) == pytest.approx(2 * SIZE / 1e9, rel=1e-3)
    work.check()
    work.close()
