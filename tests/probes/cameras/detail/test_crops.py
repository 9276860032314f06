"""Which parts of a frame are looked at."""

from __future__ import annotations

import pytest

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.crops import choose, needed


def test_a_frame_of_two_megapixels_is_looked_at_whole() -> None:
    (crop,) = choose(1920, 1080)
    assert (crop.x, crop.y, crop.width, crop.height) == (0, 0, 1920, 1080)
    assert needed(1) == 1


@pytest.mark.parametrize("size", [(3840, 2160), (2592, 1944), (8000, 400), (500, 9000)])
def test_a_large_frame_is_looked_at_in_four_places_on_the_grid_of_jpeg(
    size: tuple[int, int],
) -> None:
    crops = choose(*size)
    assert len(set(crops)) == 4 or min(size) < limits.CROP
    assert needed(len(crops)) == 3
    for crop in crops:
        assert crop.x % 8 == crop.y % 8 == 0
        assert crop.x + crop.width <= size[0]
        assert crop.y + crop.height <= size[1]
