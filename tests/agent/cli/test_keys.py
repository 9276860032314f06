"""Making, locking, exporting and retiring keys, as a user does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from support.command import gauger, machine_tree
from support.manifests import OPERATOR, sample_manifest
from support.terminal import type_to_gauger

TREE = machine_tree("vm-plain")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "words"
    file.write_text("correct horse\n")
    return file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def _run(home: Path, file: Path, *more: str | Path) -> int:
    arguments = ("run", "--sysroot", TREE, "--output", file, "--quiet", *more)
    return gauger(*arguments, home=home).code


def _verify(home: Path, file: Path, *more: str | Path) -> dict[str, object]:
    done = gauger("verify", file, "--accept-captured", "--json", *more, home=home)
    found: dict[str, object] = done.json
    return found


@pytest.mark.parametrize(("kind", "name"), [("ed25519", "ed25519"), ("p256", "ecdsa-p256-sha256")])
def test_a_key_of_each_kind_signs_what_verify_believes(home: Path, kind: str, name: str) -> None:
    made = gauger("keys", "new", "--type", kind, "--json", home=home).json
    assert (made["algorithm"], made["locked"]) == (name, False)
    assert _run(home, home / "m.json") == ExitCode.DONE
    assert _verify(home, home / "m.json")["exitCode"] == 0


def test_a_locked_key_signs_with_the_passphrase_of_a_file(home: Path, words: Path) -> None:
    made = gauger("keys", "new", "--passphrase-file", words, "--json", home=home).json
    assert made["locked"] is True
    assert _run(home, home / "m.json", "--passphrase-file", words) == ExitCode.DONE
    assert _verify(home, home / "m.json")["exitCode"] == 0


def test_a_locked_key_without_anybody_to_ask_is_said_before_any_work(
    home: Path, words: Path
) -> None:
    gauger("keys", "new", "--passphrase-file", words, home=home)
    done = gauger("run", "--sysroot", TREE, "--output", home / "m.json", home=home)
    assert done.code == ExitCode.USAGE
    assert "--passphrase-file" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (home / "m.json").exists()


def test_a_wrong_passphrase_is_one_clear_line(home: Path, words: Path, tmp_path: Path) -> None:
    gauger("keys", "new", "--passphrase-file", words, home=home)
    (tmp_path / "other").write_text("wrong")
    arguments = ("run", "--sysroot", TREE, "--passphrase-file", tmp_path / "other")
    done = gauger(*arguments, "--output", home / "m.json", home=home)
    assert done.code == ExitCode.USAGE
    assert "does not open it" in done.err
    assert len(done.err.splitlines()) == 1


def test_the_first_run_with_a_passphrase_makes_a_locked_key(home: Path, words: Path) -> None:
    assert _run(home, home / "m.json", "--passphrase-file", words) == ExitCode.DONE
    assert b"ENCRYPTED" in (home / "keys" / "default.pem").read_bytes()


def test_a_person_at_a_terminal_is_asked_and_may_mistype(home: Path) -> None:
    code, shown = type_to_gauger("keys", "new", "--encrypt", home=home, lines=["secret"] * 2)
    assert code == ExitCode.DONE
    assert "secret" not in shown
    arguments = ("run", "--sysroot", TREE, "--quiet", "--output", home / "m.json")
    code, shown = type_to_gauger(*arguments, home=home, lines=["sekret", "secret"])
    assert code == ExitCode.DONE, shown
    assert "secret" not in shown
    assert _verify(home, home / "m.json")["exitCode"] == 0


def test_a_person_who_types_nothing_is_told_in_one_line(home: Path) -> None:
    for typed in ("", "\x04"):  # the second ends the input
        code, shown = type_to_gauger("keys", "new", "--encrypt", home=home, lines=[typed] * 2)
        assert code == ExitCode.USAGE
        assert "Traceback" not in shown
    assert not (home / "keys" / "default.pem").exists()


def test_a_new_passphrase_typed_unlike_makes_no_key(home: Path) -> None:
    code, shown = type_to_gauger("keys", "new", "--encrypt", home=home, lines=["one", "two"])
    assert code == ExitCode.USAGE
    assert "differ" in shown
    assert not (home / "keys" / "default.pem").exists()


def test_a_passphrase_cannot_be_given_on_the_command_line_or_in_the_environment(
    home: Path, words: Path
) -> None:
    gauger("keys", "new", "--passphrase-file", words, home=home)
    assert gauger("run", "--passphrase", words, home=home).code == ExitCode.USAGE
    arguments = ("run", "--sysroot", TREE, "--output", home / "m.json")
    secret = words.read_text().strip()
    done = gauger(*arguments, home=home, GAUGER_PASSPHRASE=secret, PASSPHRASE=secret)
    assert done.code == ExitCode.USAGE


def test_the_public_half_of_a_locked_key_is_exported_without_its_passphrase(
    home: Path, words: Path
) -> None:
    gauger("keys", "new", "--type", "p256", "--passphrase-file", words, home=home)
    done = gauger("keys", "export", home=home)
    assert done.out.startswith("-----BEGIN PUBLIC KEY-----")


def test_a_retired_key_signs_no_more_and_what_it_signed_counts_no_more(home: Path) -> None:
    assert _run(home, home / "m.json") == ExitCode.DONE
    done = gauger("keys", "retire", "--json", home=home).json
    assert Path(done["path"]).exists()
    answer = gauger("verify", home / "m.json", "--accept-captured", "--json", home=home)
    assert answer.code == ExitCode.NOT_BELIEVED
    failed = [item for item in answer.json["checks"] if item["status"] == "failed"]
    assert [item["name"] for item in failed] == ["revocation"]
    assert _run(home, home / "n.json") == ExitCode.DONE  # by a key made anew
    assert _verify(home, home / "n.json")["exitCode"] == 0
    listed = gauger("keys", "list", "--json", home=home).json
    assert [row["keyid"] for row in listed["revoked"]] == [done["retired"]["keyid"]]
    assert done["retired"]["keyid"] not in [row["keyid"] for row in listed["trusted"]]


def test_a_locked_key_is_retired_without_its_passphrase(home: Path, words: Path) -> None:
    gauger("keys", "new", "--passphrase-file", words, home=home)
    assert gauger("keys", "retire", home=home).code == ExitCode.DONE
    assert not (home / "keys" / "default.pem").exists()


def test_a_revoked_key_is_not_believed_even_if_the_command_line_names_it(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "pub.pem").write_bytes(OPERATOR.public_pem())
    (tmp_path / "m.json").write_bytes(sample_manifest(OPERATOR))
    asked = ("verify", tmp_path / "m.json", "--key", tmp_path / "pub.pem", "--json")
    assert gauger(*asked, home=home).code != ExitCode.NOT_BELIEVED
    done = gauger("keys", "retire", tmp_path / "pub.pem", "--json", home=home)
    assert done.json["path"] is None
    assert gauger(*asked, home=home).code == ExitCode.NOT_BELIEVED


def test_run_refuses_to_sign_with_a_revoked_key_before_any_work(home: Path) -> None:
    gauger("keys", "new", home=home)
    (home / "revoked.d" / "mine.pem").write_text(gauger("keys", "export", home=home).out)
    done = gauger("run", "--sysroot", TREE, "--output", home / "m.json", home=home)
    assert done.code == ExitCode.USAGE
    assert "revoked" in done.err
    assert not (home / "m.json").exists()


def test_a_key_is_retired_by_any_of_its_names_and_by_nothing_else(home: Path) -> None:
    for name in ("label", "keyid", "keySha256"):
        gauger("keys", "new", home=home)
        (row,) = gauger("keys", "list", "--json", home=home).json["trusted"]
        assert gauger("keys", "retire", row[name], home=home).code == ExitCode.DONE
    done = gauger("keys", "retire", "nobody", home=home)
    assert done.code == ExitCode.USAGE
    assert "no key is called 'nobody'" in done.err


def test_there_is_nothing_to_retire_where_there_is_no_key(home: Path) -> None:
    assert gauger("keys", "retire", home=home).code == ExitCode.INPUT_UNREADABLE
