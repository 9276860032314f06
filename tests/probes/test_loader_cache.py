"""The loader's cache is read as glibc wrote it, however it was cut."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from gauger_probes.loader_cache import CACHE, cached, in_cache
from gauger_probes.roots import Roots
from support.loader_cache import loader_cache

SONAME = "libnvidia-ml.so.1"

INSTALLED = loader_cache(
    ("libc.so.6", "/lib/libc.so.6"),
    (SONAME, "/opt/driver/libnvidia-ml.so.1"),
    ("libnvidia-ml.so", "/opt/other/libnvidia-ml.so"),
    (SONAME, "/usr/lib/i386-linux-gnu/libnvidia-ml.so.1"),
)


def test_the_loaders_cache_is_read_in_its_order() -> None:
    assert list(in_cache(INSTALLED, SONAME)) == [
        "/opt/driver/libnvidia-ml.so.1",
        "/usr/lib/i386-linux-gnu/libnvidia-ml.so.1",
    ]


def test_a_cache_with_the_older_one_in_front_is_read_alike() -> None:
    older = b"ld.so-1.7.0\0" + struct.pack("=I", 0)
    assert list(in_cache(older + INSTALLED, SONAME)) == list(in_cache(INSTALLED, SONAME))


def test_a_cut_or_foreign_cache_yields_no_more_than_it_holds() -> None:
    for length in range(len(INSTALLED)):
        assert len(list(in_cache(INSTALLED[:length], SONAME))) <= 2
    assert list(in_cache(b"\x7fELF" * 100, SONAME)) == []


def test_the_cache_of_this_machine_holds_the_c_library_that_runs_here() -> None:
    maps = Path("/proc/self/maps").read_text()
    loaded = {Path(text.split()[-1]) for text in maps.splitlines() if "/libc.so.6" in text}
    if not Path("/", CACHE).exists() or not loaded:
        pytest.skip("this Python was not started by glibc's loader")
    known = {Path(path).resolve() for path in cached(Roots(), "libc.so.6")}
    assert {path.resolve() for path in loaded} <= known


def test_no_cache_holds_nothing(tmp_path: Path) -> None:
    assert cached(Roots(tmp_path), SONAME) == ()
