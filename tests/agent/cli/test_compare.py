"""``gauger compare`` and ``gauger verify`` against a machine or a list, as a script calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.command import Ended, gauger, machine_tree

_H100S = "eight-h100-sxm"
_GONE = "0000:5d:00.0"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _run(tree: Path, target: Path, home: Path) -> Path:
    ended = gauger(
        "run", "--sysroot", tree, "--output", target, "--no-measure", "--quiet", home=home
    )
    assert ended.code in (0, 10, 11), ended.err
    return target


@pytest.fixture(scope="module")
def whole(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifests")
    return _run(machine_tree(_H100S), folder / "whole.json", home)


@pytest.fixture(scope="module")
def seven(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same server with one card taken out: PCI and NVML list seven."""
    tree = tmp_path_factory.mktemp("seven") / "tree"
    shutil.copytree(machine_tree(_H100S), tree, symlinks=True)
    (tree / "sys/bus/pci/devices" / _GONE).unlink()
    recording = json.loads((tree / "nvml.json").read_text())
    answers = recording["answers"]
    gone = next(
        int(call[call.index("(") + 1 : -1])
        for call, answer in answers.items()
        if call.startswith("nvmlDeviceGetPciInfo_v3(") and answer["busId"].lower().endswith(_GONE)
    )
    assert gone == 3
    answers["nvmlDeviceGetCount()"] = 7
    kept = {}
    for call, answer in answers.items():
        name, bracket, rest = call.partition("(")
        number, separator, more = rest.partition(")")[0].partition(", ")
        if not number or name in ("nvmlInit", "nvmlDeviceGetCount"):
            kept[call] = answer
        elif int(number) != gone:
            index = int(number) - (int(number) > gone)
            shifted = {"handle": str(index)} if name.endswith("HandleByIndex") else answer
            kept[f"{name}{bracket}{index}{separator}{more})"] = shifted
    recording["answers"] = kept
    (tree / "nvml.json").write_text(json.dumps(recording))
    return _run(tree, tree.parent / "seven.json", home)


def _compared(one: Path, other: Path, home: Path, *more: str) -> Ended:
    return gauger("compare", one, other, "--json", *more, home=home)


def test_a_machine_is_the_same_as_itself(whole: Path, home: Path) -> None:
    ended = _compared(whole, whole, home)
    assert ended.code == 0
    assert ended.json["machine"] == "same"
    assert {part["change"] for part in ended.json["components"]} == {"same"}
    assert ended.json["consequences"] == []


def test_a_card_that_was_taken_out_is_one_removal_and_back_an_addition(
    whole: Path, seven: Path, home: Path
) -> None:
    there, back = _compared(whole, seven, home), _compared(seven, whole, home)
    assert (there.code, back.code) == (22, 22)
    for ended, change, side in ((there, "removed", "before"), (back, "added", "after")):
        answer = ended.json
        assert answer["schema"] == "gauger.compare/1"
        assert answer["exitCode"] == 22
        assert answer["machine"] == "sameBoard"
        (part,) = [part for part in answer["components"] if part["change"] != "same"]
        assert (part["change"], part["kind"], part["severity"]) == (
            change,
            "accelerator",
            "material",
        )
        assert part[side]["place"]["address"] == _GONE
        (consequence,) = [item for item in answer["consequences"] if item["change"] == change]
        assert "us-2023-11:3A090.a" in consequence["rules"]
        assert "by itself meets" in consequence["text"]


def test_each_side_says_who_signed_it_and_how_far_that_is_believed(whole: Path, home: Path) -> None:
    for side in _compared(whole, whole, home).json["manifests"]:
        assert side["mode"] == "captured"
        assert side["assurance"] == "fileKey"
        assert len(side["signers"]) == 1


def test_people_read_first_what_it_means(whole: Path, seven: Path, home: Path) -> None:
    ended = gauger("compare", seven, whole, home=home)
    assert ended.err.startswith("+1 NVIDIA H100 80GB HBM3: by itself meets ")
    assert f"accelerator added (counts): NVIDIA H100 80GB HBM3 at {_GONE}" in ended.err
    assert ended.out == ""


def test_an_address_is_never_printed_as_a_picture(whole: Path, seven: Path, home: Path) -> None:
    """Rich turns ``:ab:`` into one, unless it is told not to."""
    other = gauger("compare", whole, seven, home=home, COLUMNS="400")
    assert other.err.isascii() or "\U0001f18e" not in other.err


@pytest.mark.parametrize("first", [True, False])
def test_a_side_that_is_not_authentic_is_refused_whichever_it_is(
    whole: Path, home: Path, tmp_path: Path, first: bool
) -> None:
    envelope = json.loads(whole.read_text())
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(envelope))
    ended = _compared(*((bad, whole) if first else (whole, bad)), home)
    assert ended.code == ended.json["exitCode"] == 20
    assert (ended.json["machine"], ended.json["components"]) == ("unknown", [])
    assert "bad.json: signature" in ended.err


def test_a_signer_whom_nobody_knows_is_not_believed(whole: Path, tmp_path: Path) -> None:
    assert _compared(whole, whole, tmp_path / "elsewhere").code == 23


def test_a_file_that_is_not_there_is_66(whole: Path, home: Path, tmp_path: Path) -> None:
    assert _compared(whole, tmp_path / "absent.json", home).code == 66


def test_a_manifest_of_another_box_is_not_of_this_machine(whole: Path, home: Path) -> None:
    ended = gauger("verify", whole, "--accept-captured", "--this-machine", "--json", home=home)
    assert ended.code == 22
    (check,) = [item for item in ended.json["checks"] if item["name"] == "thisMachine"]
    assert check["status"] == "failed"
    assert "H100" in check["found"]
    assert ended.json["verdicts"] != []


def test_a_manifest_of_this_box_is_of_this_machine(home: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    gauger("run", "--no-measure", "--output", own, "--quiet", home=home)
    ended = gauger("verify", own, "--this-machine", "--json", home=home)
    (check,) = [item for item in ended.json["checks"] if item["name"] == "thisMachine"]
    assert check["status"] in ("passed", "notDone")  # by whether the board has a number
    assert ended.code in (0, 10, 11)


def _listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    return path


def _expected(whole: Path, home: Path, path: Path) -> Ended:
    return gauger("verify", whole, "--accept-captured", "--expect", path, "--json", home=home)


def test_serial_numbers_of_a_list_are_found_missing_or_not_listed(
    whole: Path, home: Path, tmp_path: Path
) -> None:
    text = "\ufeffSerial,Kind\r\n1650000000000,accelerator\r\n1650000000099,accelerator\r\n"
    ended = _expected(whole, home, _listed(tmp_path, text))
    assert ended.code == 22
    serials = ended.json["expectedSerials"]
    assert serials["found"] == ["1650000000000"]
    assert serials["missing"] == ["1650000000099"]
    assert serials["unlisted"] == [f"165000000000{at}" for at in range(1, 8)]


def test_a_list_of_what_is_there_passes(whole: Path, home: Path, tmp_path: Path) -> None:
    ended = _expected(whole, home, _listed(tmp_path, "serial\n1650000000003\n"))
    assert ended.code == 10
    (check,) = [item for item in ended.json["checks"] if item["name"] == "expectedSerials"]
    assert check["status"] == "passed"


def test_a_number_that_is_listed_twice_must_be_there_twice(
    whole: Path, home: Path, tmp_path: Path
) -> None:
    ended = _expected(whole, home, _listed(tmp_path, "serial\n1650000000003\n1650000000003\n"))
    assert ended.json["expectedSerials"]["missing"] == ["1650000000003"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number\n1\n", "does not name a column serial"),
        ("", "does not name a column serial"),
        ("serial,colour\n1,red\n", "no column is called 'colour'"),
        ("serial\n1650000000003,more\n", "more fields than the header"),
        ("serial,kind\n1650000000003,gpu\n", "no kind is called 'gpu'"),
        ("serial,model\n,H100\n", "is no serial number"),
        ("serial\n0000000000\n", "is no serial number"),
        ('serial\n"165\n', "unexpected end of data"),
    ],
)
def test_a_list_that_is_none_is_one_clear_line(
    whole: Path, home: Path, tmp_path: Path, text: str, said: str
) -> None:
    ended = _expected(whole, home, _listed(tmp_path, text))
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_list_that_is_not_there_is_66(whole: Path, home: Path, tmp_path: Path) -> None:
    assert _expected(whole, home, tmp_path / "absent.csv").code == 66


def test_the_model_narrows_what_is_expected(whole: Path, home: Path, tmp_path: Path) -> None:
    text = "serial,model\n1650000000003,NVIDIA H100 80GB HBM3\n1650000000004,NVIDIA A100\n"
    ended = _expected(whole, home, _listed(tmp_path, text))
    assert ended.json["expectedSerials"]["found"] == ["1650000000003"]
    assert ended.json["expectedSerials"]["missing"] == ["1650000000004"]
