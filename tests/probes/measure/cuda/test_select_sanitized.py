"""The kernel's threads do not race, and none reaches past what a block has: sanitizers look on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.cuda_stand_in import KERNELS
from support.select_kernel import sanitized

SOURCE = (KERNELS / "select.cu").read_text("utf-8")
BARRIER = "__syncthreads();"


def report(source: str, sanitizers: str, folder: Path) -> str:
    """Return what the sanitizers say of ``source``."""
    said = sanitized(source, sanitizers, folder)
    if said is None:
        pytest.skip(f"cc has no {sanitizers} sanitizer")
    return said


def test_threads_of_a_block_do_not_race(tmp_path: Path) -> None:
    assert report(SOURCE, "thread", tmp_path) == ""


@pytest.mark.parametrize("barrier", range(SOURCE.count(BARRIER)))
def test_that_any_one_of_its_barriers_is_missing_would_be_noticed(
    tmp_path: Path, barrier: int
) -> None:
    at = [found.start() for found in re.finditer(re.escape(BARRIER), SOURCE)][barrier]
    without = SOURCE[:at] + ";" + SOURCE[at + len(BARRIER) :]
    # As a race, or as threads that wait for ever or write where there is no room.
    assert report(without, "thread", tmp_path) != ""


def test_nothing_is_reached_beyond_what_a_block_has(tmp_path: Path) -> None:
    assert report(SOURCE, "address,undefined", tmp_path) == ""


@pytest.mark.parametrize(
    ("found", "planted"),
    [
        ("((MOST_BEST - 1) *", "((MOST_BEST - 2) *"),
        ("top = greatest[other] > top ? greatest[other] : top;", ";"),
    ],
)
def test_less_room_and_a_looser_bound_would_be_noticed(
    tmp_path: Path, found: str, planted: str
) -> None:
    assert SOURCE.count(found) == 1
    said = report(SOURCE.replace(found, planted), "address,undefined", tmp_path)
    assert "select.cu" in said
