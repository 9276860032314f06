"""What the system says of a library's file: digest, owner, and the package that claims it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from gauger_probes.accelerators import dpkg_owner, rpm_owner
from gauger_probes.accelerators.library_file import described
from gauger_probes.accelerators.nvml_recording import Recording, read
from gauger_probes.accelerators.owner import Digests, Owner
from gauger_probes.roots import Roots

CONTENT = b"a library"
PATH = "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.590.48.01"
DIGESTS = Digests(hashlib.md5(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest())  # noqa: S324
INFO = "var/lib/dpkg/info"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / PATH.removeprefix("/")
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    path.write_bytes(CONTENT)
    path.chmod(0o644)
    return path


def claim(root: Path, package: str, path: str = PATH, md5: str | None = DIGESTS.md5) -> None:
    """Have a Debian package under ``root`` claim ``path``."""
    folder = root / INFO
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{package}.list").write_text(f"/.\n/usr\n{path}\n/usr/share/doc\n")
    if md5 is not None:
        line = f"{'0' * 32}  usr/share/doc/x\n{md5}  {path.removeprefix('/')}\n"
        (folder / f"{package}.md5sums").write_text(line)


def test_a_library_of_no_package_is_described_by_its_file(tmp_path: Path, library: Path) -> None:
    found = described(library, Roots(tmp_path))
    assert (found.path, found.sha256, found.size_bytes) == (PATH, DIGESTS.sha256, len(CONTENT))
    assert (found.owner_id, found.writable) == (os.getuid(), False)
    assert (found.package, found.intact) == (None, None)


def test_a_package_that_claims_the_file_is_named_without_its_architecture(
    tmp_path: Path, library: Path
) -> None:
    claim(tmp_path, "libnvidia-compute-590:amd64")
    found = described(library, Roots(tmp_path))
    assert (found.package, found.intact) == ("libnvidia-compute-590", True)


def test_a_file_that_was_replaced_is_not_intact(tmp_path: Path, library: Path) -> None:
    claim(tmp_path, "libnvidia-compute-590")
    library.write_bytes(b"another library")
    found = described(library, Roots(tmp_path))
    assert (found.package, found.intact) == ("libnvidia-compute-590", False)


def test_a_package_that_states_no_digest_leaves_it_open(tmp_path: Path, library: Path) -> None:
    claim(tmp_path, "libnvidia-compute-590", md5=None)
    found = described(library, Roots(tmp_path))
    assert (found.package, found.intact) == ("libnvidia-compute-590", None)


def test_a_package_that_lists_the_file_before_usr_was_merged_claims_it(tmp_path: Path) -> None:
    claim(tmp_path, "libnvidia-compute-590", PATH.removeprefix("/usr"))
    found = dpkg_owner.owner(PATH, DIGESTS, Roots(tmp_path))
    assert found == Owner("libnvidia-compute-590", True)


@pytest.mark.parametrize("path", [f"{PATH}.bak", "/opt" + PATH, "/usr/lib/x86_64-linux-gnu"])
def test_a_package_of_another_file_does_not_claim_it(tmp_path: Path, path: str) -> None:
    claim(tmp_path, "other", path)
    assert dpkg_owner.owner(PATH, DIGESTS, Roots(tmp_path)) is None


def test_a_package_list_that_leads_out_of_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(f"{PATH}\n")
    root = tmp_path / "root"
    (root / INFO).mkdir(parents=True)
    (root / INFO / "evil.list").symlink_to(tmp_path / "outside")
    assert dpkg_owner.owner(PATH, DIGESTS, Roots(root)) is None


@pytest.mark.parametrize(("mode", "writable"), [(0o664, True), (0o646, True), (0o755, False)])
def test_a_file_that_others_may_write_is_writable(
    tmp_path: Path, library: Path, mode: int, writable: bool
) -> None:
    library.chmod(mode)
    assert described(library, Roots(tmp_path)).writable is writable


def test_a_file_in_a_folder_that_others_may_write_is_writable(
    tmp_path: Path, library: Path
) -> None:
    library.parent.chmod(0o777)
    assert described(library, Roots(tmp_path)).writable is True


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a folder away")
def test_a_file_in_a_folder_of_somebody_else_is_writable(tmp_path: Path, library: Path) -> None:
    os.chown(library.parent, 12_345, 12_345)
    assert described(library, Roots(tmp_path)).writable is True


def test_the_folder_of_a_person_is_not_named(tmp_path: Path) -> None:
    path = tmp_path / "home/mallory/lib.so"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    found = described(path, Roots(tmp_path))
    assert found.path == "~/lib.so"
    recorded = json.dumps(Recording({}, found).document()).encode()
    assert read(recorded).library == found


PACKAGE = "nvidia-driver-libs"
NOT_OURS = "0" * 64


def rpm_says(own: str, other: str = NOT_OURS, kind: int = 8) -> str:
    """Return what rpm prints of a package with two files."""
    return f"{PACKAGE}\n{kind}\n{other} /usr/lib64/other.so\n{own} {PATH}\n"


@pytest.mark.parametrize(
    ("answer", "owner"),
    [
        (rpm_says(DIGESTS.sha256), Owner(PACKAGE, True)),
        (rpm_says(NOT_OURS, DIGESTS.sha256), Owner(PACKAGE, False)),
        (rpm_says(DIGESTS.sha256, kind=1), Owner(PACKAGE, None)),
        (f"{PACKAGE}\n8\n", Owner(PACKAGE, None)),
        ("", None),
    ],
)
def test_an_answer_of_rpm_is_understood(answer: str, owner: Owner | None) -> None:
    assert rpm_owner.told(answer, PATH, DIGESTS) == owner


def fake_rpm(folder: Path, script: str) -> list[str]:
    """Return a program that stands for rpm."""
    program = folder / "rpm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return [str(program)]


def test_rpm_is_asked_about_the_one_path(tmp_path: Path) -> None:
    prints = f'printf "name\\n8\\n{DIGESTS.sha256} $5\\n"'
    program = fake_rpm(tmp_path, f'[ "$5" = {PATH} ] && {prints}')
    assert rpm_owner.owner(PATH, DIGESTS, program) == Owner("name", True)
    assert rpm_owner.owner("/other", DIGESTS, program) is None


def test_a_machine_without_rpm_has_no_answer(tmp_path: Path) -> None:
    assert rpm_owner.owner(PATH, DIGESTS, [str(tmp_path / "rpm")]) is None


def test_rpm_that_does_not_answer_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpm_owner, "_TIMEOUT_S", 0.2)
    program = fake_rpm(tmp_path, "printf name; exec sleep 60")
    began = time.monotonic()
    assert rpm_owner.owner(PATH, DIGESTS, program) is None
    assert time.monotonic() - began < 30
