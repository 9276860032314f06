"""Bad input ends in one clear line and the documented code, with nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from support.command import Ended, gauger, machine_tree

TREE = machine_tree("vm-plain")


def _one_line(done: Ended) -> str:
    assert "Traceback" not in done.err
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "invalid choice"),
        (["run", "--as-of", "yesterday"], "is not a date"),
        (["run", "--packs", "zz"], "unknown pack 'zz'"),
        (["run", "--nonce", "12"], "64 lower-case hex digits"),
        (["run", "--budget", "-1"], "number of seconds"),
        (["run", "--skip", "everything"], "no probe is called 'everything'"),
        (["run", "--sysroot", "/nowhere/at/all"], "is not a folder"),
        (["probe", "everything"], "no part 'everything'; there are host"),
        (["packs", "show", "zz"], "unknown pack"),
        (["catalogue", "show", "zz"], "no row"),
        (["verify"], "required"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_command_line_is_code_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = gauger(*arguments, home=tmp_path)
    assert done.code == ExitCode.USAGE
    assert says in _one_line(done)


def test_a_missing_manifest_is_code_66(tmp_path: Path) -> None:
    done = gauger("verify", tmp_path / "none.json", home=tmp_path)
    assert done.code == ExitCode.INPUT_UNREADABLE
    assert "none.json" in _one_line(done)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b"\xff\xfe", b'{"a":1,"a":1}'])
def test_a_malformed_manifest_is_code_20(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    done = gauger("verify", file, home=tmp_path)
    assert done.code == ExitCode.NOT_AUTHENTIC
    assert "bad.json" in _one_line(done)


def test_an_output_folder_that_does_not_exist_is_code_73_before_any_work(tmp_path: Path) -> None:
    done = gauger("run", "--output", tmp_path / "none" / "x.json", home=tmp_path)
    assert done.code == ExitCode.OUTPUT_UNWRITABLE
    assert "no folder" in _one_line(done)


def test_a_full_disk_is_code_73(tmp_path: Path) -> None:
    done = gauger("run", "--sysroot", TREE, "--output", "/dev/full", "--quiet", home=tmp_path)
    assert done.code == ExitCode.OUTPUT_UNWRITABLE
    assert "No space left" in _one_line(done)


def test_a_key_that_is_none_is_code_2(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("not a key")
    done = gauger("verify", tmp_path / "x.json", "--key", key, home=tmp_path)
    assert done.code == ExitCode.USAGE
    assert "PEM" in _one_line(done)


def test_a_second_key_never_replaces_the_first(tmp_path: Path) -> None:
    assert gauger("keys", "new", home=tmp_path).code == ExitCode.DONE
    before = (tmp_path / "keys" / "default.pem").read_bytes()
    assert gauger("keys", "new", home=tmp_path).code == ExitCode.OUTPUT_UNWRITABLE
    assert (tmp_path / "keys" / "default.pem").read_bytes() == before


def test_a_pack_with_an_unknown_metric_is_code_2(tmp_path: Path) -> None:
    done = gauger("packs", "show", "us-4a003", "--json", home=tmp_path)
    assert done.code == ExitCode.DONE
    source = Path(__file__).parents[3] / "thresholds/gauger_thresholds/packs/us/us-4a003.toml"
    bad = tmp_path / "us-4a003.toml"
    bad.write_text(source.read_text("utf-8").replace('metric = "app"', 'metric = "horsepower"'))
    done = gauger("packs", "check", bad, home=tmp_path)
    assert done.code == ExitCode.USAGE
    assert "unknown metric 'horsepower'" in _one_line(done)


def test_several_files_give_one_object_each_and_the_gravest_code(tmp_path: Path) -> None:
    arguments = ("run", "--sysroot", TREE, "--output", tmp_path / "good.json", "--quiet")
    assert gauger(*arguments, home=tmp_path).code == ExitCode.DONE
    (tmp_path / "bad.json").write_text("{}")
    files = [tmp_path / "good.json", tmp_path / "bad.json"]
    done = gauger("verify", *files, "--accept-captured", "--json", home=tmp_path)
    assert done.code == ExitCode.NOT_AUTHENTIC
    assert [item["exitCode"] for item in done.objects] == [0, 20]


def test_hostile_text_of_an_operator_reaches_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    name = "a\x1b[2Jb"
    arguments = ("run", "--sysroot", TREE, "--output", file, "--operator", name)
    done = gauger(*arguments, home=tmp_path)
    assert "\x1b" not in done.err
    assert "\x1b" not in gauger("verify", file, "--accept-captured", home=tmp_path).err
