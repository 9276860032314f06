"""A fixed sample of the held-out half of the simulation keeps what the published table claims."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("skimage", reason="the photographs come with scikit-image, of the dev extra")

REPOSITORY = Path(__file__).parents[4]
#: What an uncompressed stream must show of upscaling that leaves a lattice; the full table says
#: how much it does.
CAUGHT_RAW = 0.9
#: How often its factor must be right: ×3 can read as ×1.5.
RIGHT_RAW = 0.75

Line = Mapping[str, object]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    folder = tmp_path_factory.mktemp("detail")
    found = folder / "lines.jsonl"
    table = [sys.executable, "-m", "benchmarks.detail.table", "--quick"]
    subprocess.run(
        [*table, "--json", str(found), "--out", str(folder / "table.md")],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in found.read_text("utf-8").splitlines()]


def _upscaled(line: Line) -> bool:
    return line["word"] == "upscaled"


def _native(line: Line) -> bool:
    return str(line["truth"]).startswith("native")


def test_no_native_sequence_is_called_upscaled(lines: list[Line]) -> None:
    natives = [line for line in lines if _native(line)]
    assert len(natives) >= 16
    assert [line for line in natives if _upscaled(line)] == []


def test_upscaling_is_caught_in_uncompressed_frames_with_its_factor(lines: list[Line]) -> None:
    scaled = [
        line
        for line in lines
        if line["codec"] == "raw" and not _native(line) and "filter" not in str(line["truth"])
    ]
    assert len(scaled) >= 12
    assert sum(map(_upscaled, scaled)) >= CAUGHT_RAW * len(scaled)
    assert sum(bool(line["rightFactor"]) for line in scaled) >= RIGHT_RAW * len(scaled)


def test_no_upscaled_uncompressed_sequence_is_called_native(lines: list[Line]) -> None:
    wrong = [
        line
        for line in lines
        if line["codec"] == "raw" and not _native(line) and line["word"] == "native"
    ]
    assert wrong == []


def test_the_sample_holds_both_codecs_and_several_scenes(lines: list[Line]) -> None:
    assert {line["codec"] for line in lines} == {"raw", "q90"}
    assert len({line["scene"] for line in lines}) >= 8


def test_the_two_halves_share_no_scene() -> None:
    split = tomllib.loads((REPOSITORY / "benchmarks/detail/split.toml").read_text("utf-8"))
    assert not set(split["tune"]["scenes"]) & set(split["report"]["scenes"])
    photographs = [name.rpartition("-")[2] for name in split["tune"]["scenes"]]
    assert not set(photographs) & {name.rpartition("-")[2] for name in split["report"]["scenes"]}
