"""What the wheel holds, and what the base install of it can do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

SOURCES = {
    "agent": "gauger_agent",
    "probes": "gauger_probes",
    "thresholds": "gauger_thresholds",
}
HARDWARE_LIBRARIES = ("cv2", "numpy", "psutil", "pynvml", "pyudev")


def test_the_wheel_holds_the_products_packages_and_nothing_else(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    metadata = {name for name in top if name.endswith(".dist-info")}
    assert top - metadata == set(SOURCES.values())
    assert [name.split("-")[0] for name in metadata] == ["gauger"]


def test_every_module_data_file_and_type_marker_is_in_the_wheel(
    wheel: Path, repository: Path
) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = [
        str(path.relative_to(repository / root))
        for root, package in SOURCES.items()
        for path in (repository / root / package).rglob("*")
        if path.suffix in {".py", ".toml", ".typed"}
    ]
    assert sorted(set(kept) - held) == []
    assert {f"{package}/py.typed" for package in SOURCES.values()} <= held
    assert any(name.endswith(".toml") for name in held)


def test_the_wheel_holds_no_compiled_or_test_files(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_packaging_is_no_import_package(repository: Path) -> None:
    assert list((repository / "packaging").rglob("__init__.py")) == []


@pytest.fixture(scope="module")
def base_install(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment that holds the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(pip, check=True, cwd=folder)
    return folder / "bin"


@pytest.mark.system
def test_the_base_install_brings_no_hardware_library(base_install: Path) -> None:
    program = (
        "import importlib.util, sys;"
        "print([name for name in sys.argv[1:] if importlib.util.find_spec(name)])"
    )
    python = [str(base_install / "python"), "-I", "-c", program]
    absent = subprocess.run([*python, *HARDWARE_LIBRARIES], capture_output=True, check=True)
    present = subprocess.run([*python, *SOURCES.values()], capture_output=True, check=True)
    assert absent.stdout.decode().strip() == "[]"
    assert present.stdout.decode().strip() == str(list(SOURCES.values()))


@pytest.mark.system
def test_the_base_install_explains_itself_and_lists_its_packs(base_install: Path) -> None:
    gauger = str(base_install / "gauger")
    explained = subprocess.run([gauger, "--help"], capture_output=True, text=True, check=True)
    listed = subprocess.run(
        [gauger, "packs", "list", "--json"], capture_output=True, text=True, check=True
    )
    assert "verify" in explained.stdout
    assert "us-" in listed.stdout
    assert json.loads(listed.stdout)


@pytest.mark.system
def test_the_base_install_judges_a_manifest_as_its_maker_did(
    base_install: Path, tmp_path: Path
) -> None:
    program = "from gauger_agent.cli.main import entry; entry()"
    maker = [sys.executable, "-I", "-c", program]
    manifest = tmp_path / "this.gauger.json"
    home = {**os.environ, "GAUGER_HOME": str(tmp_path / "maker")}
    made = subprocess.run(
        [*maker, "run", "--no-measure", "--quiet", "--output", str(manifest)],
        env=home,
        check=False,
    )
    assert made.returncode in {0, 10, 11}
    key = tmp_path / "maker.pem"
    exported = subprocess.run([*maker, "keys", "export"], env=home, capture_output=True, check=True)
    key.write_bytes(exported.stdout)
    checked = subprocess.run(
        [str(base_install / "gauger"), "verify", str(manifest), "--key", str(key), "--json"],
        env={**os.environ, "GAUGER_HOME": str(tmp_path / "verifier")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == made.returncode, checked.stderr
    assert json.loads(checked.stdout)["exitCode"] == made.returncode
