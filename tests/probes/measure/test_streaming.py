"""From which size on a copy goes past the caches is asked of glibc, and said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gauger_probes.measure.streaming import described
from gauger_probes.run.process import ENVIRONMENT

_NAME = "glibc.cpu.x86_non_temporal_threshold"


@pytest.mark.parametrize(
    ("tunables", "size"),
    [
        (f"{_NAME}=0x100000", 1024 * 1024),
        (f"{_NAME}=4194304", 4 * 1024 * 1024),
        (f"glibc.malloc.check=1:{_NAME}=0x4040:glibc.rtld.nns=4", 0x4040),
        (f"x{_NAME}=0x100000", None),
        (f"{_NAME}=large", None),
        (f"{_NAME}=", None),
        ("", None),
    ],
)
def test_the_tunable_is_read_as_glibc_reads_it(tunables: str, size: int | None) -> None:
    assert described({"GLIBC_TUNABLES": tunables})["nonTemporalFromBytes"] == size


def test_without_the_variable_nothing_is_claimed() -> None:
    assert described({})["nonTemporalFromBytes"] is None


def test_a_child_that_measures_copies_large_arrays_past_the_caches() -> None:
    size = described(ENVIRONMENT)["nonTemporalFromBytes"]
    assert isinstance(size, int)
    # The smallest part that a CPU copies: 128 MiB among all of them, on the largest machines.
    assert size <= 128 * 1024 * 1024 // 128


@pytest.mark.skipif(
    "CS_GNU_LIBC_VERSION" not in os.confstr_names or os.uname().machine != "x86_64",
    reason="the tunable is glibc's, on x86",
)
def test_glibc_takes_the_value_that_a_child_is_given() -> None:
    maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
    loader = next(line.split()[-1] for line in maps if "/ld-linux" in line)
    said = subprocess.run(
        [loader, "--list-tunables"],
        env=dict(ENVIRONMENT),
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode != 0:
        pytest.skip("this glibc (before 2.33) does not list its tunables")
    line = next(line for line in said.stdout.splitlines() if line.startswith(_NAME))
    assert f"{_NAME}: 0x100000 " in line


def test_the_c_library_is_named() -> None:
    program = "from gauger_probes.measure.streaming import described; print(described({}))"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    library = described({})["library"]
    assert said.stdout.strip() == str({"library": library, "nonTemporalFromBytes": None})
    if "CS_GNU_LIBC_VERSION" in os.confstr_names:
        assert library == os.confstr("CS_GNU_LIBC_VERSION")
