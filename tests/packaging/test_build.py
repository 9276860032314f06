"""What packaging/build refuses, and how it names versions and target machines."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest


@pytest.fixture
def recipes(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(repository / "packaging"))


def test_the_build_script_names_its_formats(repository: Path) -> None:
    command = [str(repository / "packaging" / "build"), "--help"]
    finished = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=True
    )
    assert "deb" in finished.stdout


def test_the_build_script_can_be_started_by_its_name(repository: Path) -> None:
    assert os.access(repository / "packaging" / "build", os.X_OK)


def test_an_epoch_that_is_no_number_is_refused_in_one_line(
    repository: Path, tmp_path: Path
) -> None:
    finished = subprocess.run(
        [sys.executable, str(repository / "packaging" / "build"), "deb", "--out", str(tmp_path)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "yesterday"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr == (
        "packaging/build: SOURCE_DATE_EPOCH is 'yesterday': give whole seconds since 1970\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("recipes")
def test_dpkg_orders_pre_releases_before_their_release(tmp_path: Path) -> None:
    from recipe.project import Project

    ordered = ["0.9.3", "1.0.dev1", "1.0a2", "1.0b1", "1.0rc1.dev3", "1.0rc1", "1.0", "1.0.post1"]
    named = [Project(tmp_path, version, 0).debian_version for version in ordered]
    for earlier, later in pairwise(named):
        dpkg = ["dpkg", "--compare-versions", earlier, "lt", later]
        assert subprocess.run(dpkg, check=False).returncode == 0, (earlier, later)


@pytest.mark.usefixtures("recipes")
def test_wheels_that_need_a_newer_c_library_than_the_package_says_are_not_asked_for() -> None:
    from recipe.target import Target

    options = Target("amd64", "x86_64").pip_options()
    platforms = [option for option in options if option.startswith("--platform=")]
    assert "--platform=manylinux_2_28_x86_64" in platforms
    assert "--platform=manylinux2014_x86_64" in platforms
    assert [name for name in platforms if "_2_29_" in name or "_2_34_" in name] == []


@pytest.mark.usefixtures("recipes")
def test_the_list_of_bundled_wheels_can_be_checked_with_sha256sum(tmp_path: Path) -> None:
    from recipe.documents import bundled

    wheel = tmp_path / "thing-1-py3-none-any.whl"
    wheel.write_bytes(b"content")
    (tmp_path / "bundled.txt").write_text(bundled([wheel]))
    checked = subprocess.run(["sha256sum", "--check", "bundled.txt"], cwd=tmp_path, check=False)
    assert checked.returncode == 0


@pytest.mark.usefixtures("recipes")
def test_a_tool_that_fails_is_named_with_its_complaint(tmp_path: Path) -> None:
    from recipe.tool import BuildError, run

    with pytest.raises(BuildError, match=r"ls .* exited with 2") as failure:
        run(["ls", "no-such-file"], cwd=tmp_path)
    assert "cannot access" in str(failure.value)
