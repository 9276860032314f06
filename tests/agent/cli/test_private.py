"""``--private``: written by who ships, read by who shares the shipment's key, opaque to others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from support.command import Ended, gauger, machine_tree

_TREE = machine_tree("eight-h100-sxm")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name in ("shipment.key", "other.key"):
        (folder / name).write_text(gauger("challenge", home=folder).out)
    return folder


def _run(home: Path, name: str, *arguments: str | Path) -> Path:
    path = home / name
    plain = ("run", "--sysroot", _TREE, "--no-measure", "--quiet", "--output", path)
    assert gauger(*plain, *arguments, home=home).code == ExitCode.MEETS
    return path


@pytest.fixture(scope="module")
def private(home: Path) -> Path:
    return _run(home, "private.json", "--private", home / "shipment.key")


@pytest.fixture(scope="module")
def plain(home: Path) -> Path:
    return _run(home, "plain.json")


def _verify(home: Path, path: Path, *arguments: str | Path) -> Ended:
    return gauger("verify", path, "--accept-captured", "--json", *arguments, home=home)


def _check(ended: Ended, name: str) -> str:
    return str(next(item["status"] for item in ended.json["checks"] if item["name"] == name))


def test_whoever_has_no_key_verifies_and_judges_it_all_the_same(
    home: Path, private: Path, plain: Path
) -> None:
    told, open_ = _verify(home, private), _verify(home, plain)
    assert told.code == open_.code == ExitCode.MEETS
    outcomes = [[item["outcome"] for item in each.json["verdicts"]] for each in (told, open_)]
    assert outcomes[0] == outcomes[1]


def test_its_name_tells_no_serial_number(home: Path, tmp_path: Path) -> None:
    words = ("run", "--sysroot", _TREE, "--no-measure", "--json", "--output", f"{tmp_path}/")
    clear = gauger(*words, home=home).json["manifest"]
    done = gauger(*words, "--private", home / "shipment.key", home=home)
    name = Path(done.json["manifest"]).name
    assert name.startswith(done.json["fingerprint"][:12])
    assert Path(clear).name.partition("-")[0] not in name


def test_it_compares_with_a_plain_one_for_who_holds_the_key(
    home: Path, private: Path, plain: Path
) -> None:
    key = ("--private", home / "shipment.key")
    for pair in ((private, plain), (plain, private)):
        done = gauger("compare", *pair, *key, "--json", home=home)
        assert done.code == ExitCode.DONE, done.err
        assert {part["change"] for part in done.json["components"]} == {"same"}


@pytest.mark.parametrize("key", [(), ("--private", "other.key")])
def test_without_it_the_two_are_not_taken_for_two_machines(
    home: Path, private: Path, plain: Path, key: tuple[str, ...]
) -> None:
    words = [home / word if word.endswith(".key") else word for word in key]
    done = gauger("compare", private, plain, *words, home=home)
    assert done.code == ExitCode.USAGE
    assert "cannot be compared" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_packing_list_is_held_against_it_with_the_key_alone(
    home: Path, private: Path, plain: Path, tmp_path: Path
) -> None:
    parts = gauger("compare", plain, plain, "--json", home=home).json["components"]
    cards = [part["before"]["identifiers"] for part in parts if part["kind"] == "accelerator"]
    serials = [card["serial"].lower() for card in cards if "serial" in card]
    assert serials
    listed = tmp_path / "list.csv"
    listed.write_text("\n".join(["serial", *serials]))
    told = _verify(home, private, "--expect", listed, "--private", home / "shipment.key")
    assert told.code == ExitCode.MEETS, told.json["checks"]
    assert len(told.json["expectedSerials"]["found"]) == len(serials)
    assert not told.json["expectedSerials"]["unlisted"]
    for key in ((), ("--private", home / "other.key")):
        opaque = _verify(home, private, "--expect", listed, *key)
        assert opaque.code == ExitCode.MISMATCH
        assert _check(opaque, "expectedSerials") == "failed"


def test_hiding_the_numbers_is_no_way_around_the_question_of_the_machine(
    home: Path, private: Path
) -> None:
    opaque = _verify(home, private, "--this-machine")
    assert opaque.code == ExitCode.MISMATCH
    assert _check(opaque, "thisMachine") == "failed"


def test_the_machine_that_made_it_is_known_again(home: Path, tmp_path: Path) -> None:
    key = ("--private", home / "shipment.key")
    path = tmp_path / "live.json"
    gauger("run", "--no-measure", "--quiet", "--output", path, *key, home=home)
    told = gauger("verify", path, "--this-machine", "--json", *key, home=home)
    assert _check(told, "thisMachine") in ("passed", "notDone"), told.json["checks"]
    assert told.code != ExitCode.MISMATCH


@pytest.mark.parametrize(
    ("content", "code"), [(None, ExitCode.INPUT_UNREADABLE), ("short", ExitCode.USAGE)]
)
def test_no_key_no_run(home: Path, tmp_path: Path, content: str | None, code: ExitCode) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    done = gauger("run", "--no-measure", "--private", path, "--output", f"{tmp_path}/", home=home)
    assert done.code == code
    assert not list(tmp_path.glob("*.gauger.json"))
