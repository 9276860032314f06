"""A library is found in its wheel, else in the loader's cache, and loaded by its real path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gauger_probes.measure.backends.cpu.find import installed, load
from gauger_probes.roots import Roots
from support.loader_cache import loader_cache

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="it compiles a library")


def _library(path: Path, answer: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".c")
    source.write_text(f"int answer(void) {{ return {answer}; }}\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(path), str(source)], check=True)
    return path


def _cached(root: Path, soname: str, path: str) -> None:
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/ld.so.cache").write_bytes(loader_cache((soname, path)))


def _nothing(distribution: str) -> list[Path]:
    del distribution
    return []


def test_the_wheel_comes_before_the_machine(tmp_path: Path) -> None:
    wheel = _library(tmp_path / "wheel/libx.so.1", 1)
    other = _library(tmp_path / "wheel/liby.so.1", 3)
    _library(tmp_path / "usr/lib/libx.so.1", 2)
    _cached(tmp_path, "libx.so.1", "/usr/lib/libx.so.1")
    roots = Roots(tmp_path)
    found = load(roots, ["libx.so.1"], "x", lambda _: [other, wheel])
    assert found.answer() == 1
    assert load(roots, ["libx.so.1"], "x", _nothing).answer() == 2


def test_the_first_soname_that_is_there_is_taken(tmp_path: Path) -> None:
    _library(tmp_path / "usr/lib/libx.so.2", 4)
    _cached(tmp_path, "libx.so.2", "/usr/lib/libx.so.2")
    assert load(Roots(tmp_path), ["libx.so.3", "libx.so.2"]).answer() == 4


def test_none_is_said_with_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"no libx.so.3 or libx.so.2 in x or the loader's cache"):
        load(Roots(tmp_path), ["libx.so.3", "libx.so.2"], "x", _nothing)


def test_a_file_that_is_no_library_is_said_and_not_raised_as_it_is(tmp_path: Path) -> None:
    garbage = tmp_path / "usr/lib/libx.so.1"
    garbage.parent.mkdir(parents=True)
    garbage.write_bytes(b"not a library")
    _cached(tmp_path, "libx.so.1", "/usr/lib/libx.so.1")
    with pytest.raises(LookupError, match=r"invalid ELF header|too short"):
        load(Roots(tmp_path), ["libx.so.1"])


def test_a_distribution_that_is_not_installed_lists_no_files() -> None:
    assert installed("no-such-distribution") == []
    assert any(path.name == "METADATA" for path in installed("numpy"))
