"""That every cut of a product covers it, and fits the least of devices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.measure.backends.opencl.codes import DeviceType
from gauger_probes.measure.backends.opencl.devices import Device, find_devices
from gauger_probes.measure.backends.opencl.tiles import (
    SIDE,
    STEPS,
    rounded,
    tiles,
    vector_length,
)
from gauger_probes.measure.backends.protocol import Shape
from gauger_probes.roots import Roots
from support.opencl_stand_in import StandIn

kinds = pytest.mark.parametrize("kind", [DeviceType.CPU, DeviceType.GPU])
elements = pytest.mark.parametrize("element", [2, 4, 8])


@pytest.fixture
def card(stand_in: StandIn, roots: Roots) -> Device:
    return find_devices(stand_in.library, roots).devices[0]


@kinds
@elements
@pytest.mark.parametrize("vector_bytes", [0, 16, 32, 64])
def test_every_tile_divides_what_sides_are_rounded_up_to(
    card: Device, kind: DeviceType, element: int, vector_bytes: int
) -> None:
    device = replace(card, kind=kind, vector_bytes=vector_bytes, local_memory=1 << 20)
    vector = vector_length(device, element)
    assert vector in (2, 4, 8, 16)
    for tile in tiles(device, element):
        assert SIDE % tile.height() == 0
        assert SIDE % tile.width(vector) == 0
        assert tile.height() % vector == 0
        assert tile.staged == 0 or STEPS % tile.staged == 0


@elements
def test_the_least_that_opencl_asks_of_a_gpu_has_room_for_several(
    card: Device, element: int
) -> None:
    least = replace(card, local_memory=32 * 1024, max_group=256)
    assert len(tiles(least, element)) >= 3


def test_tiles_that_need_more_local_memory_than_there_is_are_left_out(card: Device) -> None:
    bare = replace(card, local_memory=1024)
    assert all(tile.staged == 0 for tile in tiles(bare, 4))
    assert tiles(bare, 4)


@elements
def test_a_tile_is_taken_from_the_byte_on_that_it_fits(card: Device, element: int) -> None:
    vector = vector_length(card, element)
    everything = tiles(replace(card, local_memory=1 << 20), element)
    for tile in everything:
        needed = tile.staged * (tile.height() + tile.width(vector)) * element
        assert tile in tiles(replace(card, local_memory=needed), element)
        if needed:
            assert tile not in tiles(replace(card, local_memory=needed - 1), element)


def test_groups_larger_than_the_device_takes_are_left_out(card: Device) -> None:
    small = tiles(replace(card, max_group=64), 4)
    assert small
    assert all(tile.lanes_m * tile.lanes_n <= 64 for tile in small)


def test_sides_are_rounded_up_and_never_down() -> None:
    assert rounded(Shape(1, 256, 257), 1) == Shape(256, 256, 320)
    assert rounded(Shape(1, 256, 257), 4) == Shape(256, 256, 512)
