"""The .deb in a bare Debian root: it installs, runs, verifies its own work and leaves nothing."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.bare_root import BARE, BareRoot

pytestmark = pytest.mark.system

VERDICTS = {0, 10, 11}
# What dpkg and apt keep of any package that was ever installed.
BOOKKEEPING = re.compile(r"/var/(log|lib/dpkg|cache|lib/apt)/")


@pytest.fixture(scope="module")
def installed(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareRoot]:
    with BARE.unpacked(tmp_path_factory.mktemp("installed")) as root:
        root.install(deb)
        yield root


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[BareRoot]:
    with BARE.unpacked(tmp_path) as root:
        yield root


@pytest.fixture(scope="module")
def files(installed: BareRoot) -> list[str]:
    return installed.must("dpkg", "-L", "gauger").splitlines()


def test_two_builds_of_one_checkout_are_the_same_bytes(
    deb: Path, build_deb: Callable[[Path], Path], tmp_path: Path
) -> None:
    again = build_deb(tmp_path)
    assert again.name == deb.name
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(deb.read_bytes()).digest()


def test_the_package_brings_its_command_unit_and_documents_and_nothing_compiled(
    files: list[str],
) -> None:
    assert {
        "/usr/bin/gauger",
        "/opt/gauger/pyvenv.cfg",
        "/usr/lib/systemd/system/gauger-run.service",
        "/usr/share/doc/gauger/copyright",
        "/usr/share/doc/gauger/changelog.gz",
        "/usr/share/doc/gauger/bundled.txt",
    } <= set(files)
    assert [path for path in files if "__pycache__" in path] == []
    private = ("/opt/gauger/", "/usr/share/doc/gauger/")
    outside = {path for path in files if not path.startswith(private)}
    assert {path.rsplit("/", 1)[1] for path in outside} <= {
        *(".", "opt", "usr", "bin", "lib", "share", "doc", "systemd", "system", "sysusers.d"),
        *("gauger", "gauger.conf", "gauger-run.service"),
    }


def test_every_bundled_wheel_is_listed_with_its_version(installed: BareRoot) -> None:
    packages = installed.path / "opt/gauger/lib/python3.11/site-packages"
    there = {path.name.removesuffix(".dist-info") for path in packages.glob("*.dist-info")}
    lines = (installed.path / "usr/share/doc/gauger/bundled.txt").read_text().splitlines()
    listed = {"-".join(line.split("  ")[1].split("-")[:2]) for line in lines}
    assert listed == there
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+\.whl", line) for line in lines)


def test_the_libraries_records_list_the_files_that_are_there(installed: BareRoot) -> None:
    program = (
        "from importlib.metadata import distributions\n"
        "for found in distributions():\n"
        "    for file in found.files:\n"
        "        if not file.locate().is_file(): print(file)\n"
    )
    assert installed.must("/opt/gauger/bin/python3", "-I", "-c", program) == ""


def test_nothing_in_the_package_is_open_to_others_or_gains_privilege(installed: BareRoot) -> None:
    package = ["/opt/gauger", "/usr/share/doc/gauger", "/usr/lib/systemd/system"]
    wrong = ["-perm", "/6022", "!", "-type", "l", "-o", "!", "-user", "root"]
    assert installed.must("find", *package, *wrong) == ""


def test_the_package_depends_on_every_library_that_its_wheels_do_not_bundle(
    installed: BareRoot,
) -> None:
    needed = installed.must(
        "sh", "-c", "find /opt/gauger -name '*.so*' -type f -exec ldd {} + 2>/dev/null || true"
    )
    assert "not found" not in needed
    libraries = {path for path in re.findall(r"=> (/\S+)", needed) if "/opt/" not in path}
    owners = installed.must("dpkg", "-S", *sorted(Path(path).name for path in libraries))
    depends = installed.must("dpkg-query", "-W", "-f", "${Depends}", "gauger")
    declared = {item.split()[0] for item in depends.split(", ")}
    assert libraries
    for library in libraries:
        name = re.escape(Path(library).name)
        (owner,) = set(re.findall(rf"^([^:\s]+):\S* \S*/lib/\S*/{name}$", owners, re.MULTILINE))
        assert owner in declared


def test_a_run_writes_one_manifest_that_its_own_machine_verifies(installed: BareRoot) -> None:
    installed.must("mkdir", "-p", "/tmp/m")
    home = {"GAUGER_HOME": "/tmp/state"}
    made = installed.run("gauger", "run", "--no-measure", "--output", "/tmp/m/", environment=home)
    assert made.returncode in VERDICTS, made.stderr
    (manifest,) = (installed.path / "tmp/m").iterdir()
    assert manifest.name.endswith(".gauger.json")
    verified = installed.run("gauger", "verify", f"/tmp/m/{manifest.name}", environment=home)
    assert verified.returncode == made.returncode, verified.stdout + verified.stderr


def test_the_agent_uses_its_own_environment_and_no_setting_of_the_caller(
    installed: BareRoot,
) -> None:
    trap = installed.path / "tmp/trap"
    trap.mkdir()
    (trap / "argparse.py").write_text("raise SystemExit('the trap was imported')\n")
    caller = {"PYTHONPATH": "/tmp/trap", "PYTHONHOME": "/tmp/trap"}
    assert installed.run("gauger", "--help", environment=caller).returncode == 0
    where = "import cv2, numpy, pynvml, pyudev, psutil, sys; print(sys.executable, sys.prefix)"
    printed = installed.must("/opt/gauger/bin/python3", "-I", "-c", where)
    assert printed.split() == ["/opt/gauger/bin/python3", "/opt/gauger"]


def test_installing_enables_the_unit_and_does_not_start_it(installed: BareRoot) -> None:
    wanted = installed.path / "etc/systemd/system/multi-user.target.wants/gauger-run.service"
    assert wanted.is_symlink()
    assert not (installed.path / "var/lib/gauger").exists()


def test_a_unit_that_was_disabled_stays_disabled_when_the_package_is_installed_again(
    deb: Path, fresh: BareRoot
) -> None:
    fresh.install(deb)
    wanted = fresh.path / "etc/systemd/system/multi-user.target.wants/gauger-run.service"
    wanted.unlink()
    fresh.install(deb)
    assert not wanted.is_symlink()


def test_removing_keeps_the_state_and_purging_leaves_nothing(deb: Path, fresh: BareRoot) -> None:
    before = fresh.listing()
    fresh.install(deb)
    # State as the unit leaves it: a folder of the made-up user's, and a link to it.
    state = fresh.path / "var/lib/private/gauger"
    state.mkdir(parents=True)
    (fresh.path / "var/lib/gauger").symlink_to("private/gauger")
    home = {"GAUGER_HOME": "/var/lib/gauger"}
    run = ["gauger", "run", "--no-measure", "--output", "/var/lib/gauger/"]
    assert fresh.run(*run, environment=home).returncode in VERDICTS
    kept = set(state.rglob("*"))
    fresh.must("dpkg", "--remove", "gauger")
    assert state / "keys/default.pem" in kept
    assert set(state.rglob("*")) == kept
    assert not (fresh.path / "opt/gauger").exists()
    fresh.must("dpkg", "--purge", "gauger")
    (fresh.path / "var/lib/private").rmdir()  # systemd's own, on a machine that has it
    left = {path for path in fresh.listing() ^ before if not BOOKKEEPING.match(path)}
    assert left == set()


def test_the_package_is_signed_off_by_dpkgs_own_checks(installed: BareRoot) -> None:
    assert installed.must("dpkg", "--audit") == ""
    assert installed.must("dpkg", "--verify", "gauger") == ""


def test_the_control_fields_say_what_it_is_and_whom_to_ask(deb: Path) -> None:
    fields = ["Package", "Section", "Maintainer", "Homepage", "Architecture", "Depends"]
    shown = subprocess.run(
        ["dpkg-deb", "--field", str(deb), *fields], capture_output=True, text=True, check=True
    ).stdout
    told = dict(line.split(": ", 1) for line in shown.splitlines())
    assert told["Package"] == "gauger"
    assert told["Section"] == "utils"
    assert told["Architecture"] in {"amd64", "arm64"}
    assert {"python3 (>= 3.11)", "python3 (<< 3.12)"} <= set(told["Depends"].split(", "))
    assert "@" in told["Maintainer"]
    assert told["Homepage"].startswith("https://")
