"""``run --declare`` over a captured machine with an accelerator that nobody knows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from support.command import Ended, gauger, machine_tree
from support.trees import linked, planted

_SLOT = "sys/devices/pci0000:00/0000:00:09.0"
_ADDRESS = "0000:00:09.0"


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """A virtual machine with a processing accelerator whose ids are in no list."""
    root = tmp_path / "tree"
    shutil.copytree(machine_tree("vm-plain"), root, symlinks=True)
    files = {"vendor": "0xdead", "device": "0xbeef", "class": "0x120000", "revision": "0x01"}
    planted(root, {f"{_SLOT}/{name}": text for name, text in files.items()})
    linked(root, {f"sys/bus/pci/devices/{_ADDRESS}": f"../../../devices/pci0000:00/{_ADDRESS}"})
    return root


def _run(tree: Path, home: Path, *arguments: str | Path) -> Ended:
    common = ("run", "--sysroot", tree, "--output", f"{home}/", "--json", "--packs", "us,eu")
    return gauger(*common, *arguments, home=home)


def _declared(folder: Path, fp16: str) -> Path:
    path = folder / "declared.toml"
    path.write_text(
        f'[[device]]\ndevice = "{_ADDRESS}"\nrates = {{ fp16 = {fp16} }}\nsource = "X100 sheet"\n'
    )
    return path


def test_an_unknown_accelerator_is_indeterminate_and_says_which_figures_are_missing(
    unknown: Path, tmp_path: Path
) -> None:
    done = _run(unknown, tmp_path)
    assert done.code == ExitCode.INDETERMINATE
    open_ones = [item for item in done.json["verdicts"] if item["outcome"] == "indeterminate"]
    about = [item for item in open_ones if item["subject"] == _ADDRESS]
    assert about
    assert all("--declare FILE" in " ".join(item["missing"]) for item in about)


@pytest.mark.parametrize(
    ("fp16", "code"),
    [("20", ExitCode.DONE), ("500", ExitCode.MEETS)],
)
def test_what_is_declared_settles_it_and_is_called_declared(
    unknown: Path, tmp_path: Path, fp16: str, code: ExitCode
) -> None:
    done = _run(unknown, tmp_path, "--declare", _declared(tmp_path, fp16))
    assert done.code == code, done.json["verdicts"]
    about = [
        item
        for item in done.json["verdicts"]
        if item["subject"] == _ADDRESS and item["metric"] == "tpp"
    ]
    assert {item["basis"] for item in about} == {"declared"}
    assert all(
        "as declared, not read (declared: X100 sheet)" in item["explanation"] for item in about
    )
    assert [item["doubt"] for item in done.json["doubts"] if item["subject"] == _ADDRESS].count(
        "declared"
    ) == 1


def test_a_verifier_finds_the_same_from_the_manifest_alone(unknown: Path, tmp_path: Path) -> None:
    manifest = _run(unknown, tmp_path, "--declare", _declared(tmp_path, "20")).json["manifest"]
    checked = gauger(
        "verify", manifest, "--accept-captured", "--packs", "us,eu", "--json", home=tmp_path
    )
    assert checked.code == ExitCode.DONE


def test_a_declaration_for_another_machine_ends_with_2_and_writes_nothing(
    unknown: Path, tmp_path: Path
) -> None:
    path = _declared(tmp_path, "20")
    path.write_text(path.read_text().replace(_ADDRESS, "0000:77:00.0"))
    done = _run(unknown, tmp_path, "--declare", path)
    assert done.code == ExitCode.USAGE
    assert "0000:77:00.0" in done.err
    assert list(tmp_path.glob("*.gauger.json")) == []


def test_a_declaration_never_lowers_a_device_that_the_catalogue_knows(tmp_path: Path) -> None:
    server = machine_tree("a800-and-a100")
    path = tmp_path / "declared.toml"
    path.write_text('[[device]]\ndevice = "10de:20b2"\nrates = { fp16 = 1 }\nsource = "a wish"\n')
    done = _run(server, tmp_path, "--declare", path)
    assert done.code == ExitCode.MEETS
    found = [item for item in done.json["verdicts"] if item["rule"] == "us-2023-11:3A090.a"]
    assert {item["outcome"] for item in found if item["subject"].startswith("0000:0")} == {"meets"}
    said = [item for item in done.json["doubts"] if item["doubt"] == "declared"]
    assert "catalogue's figures count instead" in said[0]["explanation"]
