"""The library comes from where the system keeps it, and from nowhere that a caller chose."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from gauger_probes.accelerators.nvml import ask, probe
from gauger_probes.accelerators.nvml_library import SONAME, candidates, load
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context
from gauger_probes.roots import Roots
from support.loader_cache import loader_cache
from support.nvml_machines import H100, machine
from support.nvml_stand_in import FILE, calls, install, tell

INSTALLED = loader_cache((SONAME, "/opt/driver/libnvidia-ml.so.1"))


def test_candidates_are_real_paths_with_the_loaders_choice_first(tmp_path: Path) -> None:
    driver = tmp_path / "opt/driver"
    driver.mkdir(parents=True)
    (driver / FILE).touch()
    (driver / SONAME).symlink_to(FILE)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/ld.so.cache").write_bytes(INSTALLED)
    found = candidates(Roots(tmp_path))
    assert found[0] == driver / FILE
    assert tmp_path / "usr/lib64" / SONAME in found
    assert len(found) == len(set(found))


def test_standard_folders_are_searched_where_there_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "usr/lib64").mkdir(parents=True)
    (tmp_path / "usr/lib64" / SONAME).symlink_to(FILE)
    assert tmp_path / "usr/lib64" / FILE in candidates(Roots(tmp_path))


def test_the_callers_library_path_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (tmp_path / SONAME).touch()
    assert tmp_path / SONAME not in candidates(Roots())


def test_a_machine_without_the_library_says_so(tmp_path: Path) -> None:
    result = ask(candidates(Roots(tmp_path)), Roots(tmp_path))
    assert result.status is Status.UNAVAILABLE
    assert result.reason == ("no NVIDIA management library (libnvidia-ml.so.1) on this machine")
    assert result.could_hide == (Hidden.IDENTITY,)


def test_a_file_that_is_no_library_says_so(tmp_path: Path) -> None:
    (tmp_path / SONAME).write_bytes(b"not a library")
    result = ask([tmp_path / SONAME], Roots(tmp_path))
    assert result.status is Status.UNAVAILABLE
    assert (result.reason or "").startswith("the NVIDIA management library cannot be loaded: ")


def test_a_candidate_for_another_machine_is_passed_over(stand_in: Path, tmp_path: Path) -> None:
    foreign = tmp_path / SONAME
    foreign.write_bytes(b"\x7fELF\x01\x01\x01" + bytes(200))  # of the 32-bit class
    tell(stand_in.parent, machine(H100))
    result = ask([tmp_path / "absent", tmp_path, foreign, stand_in], Roots(tmp_path))
    assert (result.status, len(result.identified)) == (Status.OK, 1)
    library = result.identified[0].identity.library
    assert library is not None
    assert library.sha256 == hashlib.sha256(stand_in.read_bytes()).hexdigest()


def test_a_second_library_in_one_process_is_refused(stand_in: Path, tmp_path: Path) -> None:
    load([stand_in])
    other = Path(shutil.copy(stand_in, tmp_path / "other.so"))
    with pytest.raises(RuntimeError, match="is loaded already, not"):
        load([other])


def test_an_installation_is_found_by_its_link_and_loaded_by_its_file(
    stand_in: Path, tmp_path: Path
) -> None:
    folder = install(stand_in, tmp_path)
    found = [path for path in candidates(Roots(tmp_path)) if path.exists()]
    assert found == [folder / FILE]


def test_over_a_captured_tree_nothing_is_loaded(stand_in: Path, tmp_path: Path) -> None:
    install(stand_in, tmp_path)
    result = probe(Context(Roots(tmp_path, captured=True)))
    assert result.status is Status.NOT_RUN
    assert calls(tmp_path / "usr/lib64") == []
