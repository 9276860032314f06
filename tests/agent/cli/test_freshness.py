"""Challenge, replay and clocks, as an inspector meets them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.cli.main import main
from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.times import format_utc, parse_utc
from support.command import Ended, gauger, machine_tree
from support.manifests import OPERATOR, sample_manifest

_NOW = datetime.now(UTC)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "pub.pem"
    file.write_bytes(OPERATOR.public_pem())
    return file


def _manifest(folder: Path, ago: timedelta, nonce: str | None = None) -> Path:
    stamp = format_utc(_NOW - ago)
    file = folder / f"{stamp}.json"
    file.write_bytes(sample_manifest(collected_at=stamp, nonce=nonce))
    return file


def _verify(folder: Path, key: Path, *more: str | Path) -> Ended:
    done = gauger("verify", *more, "--key", key, "--json", home=folder / "home")
    assert "Traceback" not in done.err
    return done


def _check(answer: Any, name: str) -> dict[str, str]:
    (found,) = [check for check in answer["checks"] if check["name"] == name]
    checked: dict[str, str] = found
    return checked


def test_every_challenge_is_another_nonce_that_run_and_verify_take(tmp_path: Path) -> None:
    first, second = (gauger("challenge", home=tmp_path).out for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{64}\n", first)
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{64}", gauger("challenge", "--json", home=tmp_path).json["nonce"])


def test_a_run_binds_the_challenge_and_verify_asks_for_it(tmp_path: Path) -> None:
    nonce = gauger("challenge", home=tmp_path).out.strip()
    file = tmp_path / "m.json"
    tree = machine_tree("vm-plain")
    gauger("run", "--sysroot", tree, "--output", file, "--nonce", nonce, home=tmp_path)
    asked = ("verify", file, "--accept-captured", "--json", "--nonce")
    assert gauger(*asked, nonce, home=tmp_path).code == ExitCode.DONE
    other = gauger("challenge", home=tmp_path).out.strip()
    done = gauger(*asked, other, home=tmp_path)
    assert done.code == ExitCode.NOT_FRESH
    assert _check(done.json, "nonce")["status"] == "failed"


def test_an_older_manifest_after_a_newer_one_is_said_and_refused_only_on_request(
    tmp_path: Path, key: Path
) -> None:
    new = _manifest(tmp_path, timedelta(hours=1))
    old = _manifest(tmp_path, timedelta(hours=2))
    accepted = _verify(tmp_path, key, new).code
    plain = _verify(tmp_path, key, old)
    assert plain.code == accepted
    assert _check(plain.json, "lastSeen")["status"] == "notDone"
    assert "before the last one seen" in _check(plain.json, "lastSeen")["found"]
    asked = _verify(tmp_path, key, old, "--max-age", "1")
    assert asked.code == ExitCode.NOT_FRESH
    assert _check(asked.json, "lastSeen")["status"] == "failed"
    people = gauger("verify", old, "--key", key, home=tmp_path / "home").err
    assert "lastSeen: " in people


def test_the_same_file_twice_is_no_replay(tmp_path: Path, key: Path) -> None:
    file = _manifest(tmp_path, timedelta(hours=1))
    codes = {_verify(tmp_path, key, file, "--max-age", "1").code for _ in range(3)}
    assert codes.isdisjoint({ExitCode.NOT_FRESH})
    assert len(codes) == 1


def test_files_of_one_command_are_held_against_what_was_known_before_it_whatever_their_order(
    tmp_path: Path, key: Path
) -> None:
    new, old = (_manifest(tmp_path, timedelta(hours=hours)) for hours in (1, 2))
    for order in ((new, old), (old, new)):
        (tmp_path / "home" / "seen.json").unlink(missing_ok=True)
        done = _verify(tmp_path, key, *order, "--max-age", "1")
        assert {_check(item, "lastSeen")["status"] for item in done.objects} <= {
            "notDone",
            "passed",
        }
        # The newer one is remembered, in either order.
        assert _verify(tmp_path, key, old, "--max-age", "1").code == ExitCode.NOT_FRESH


def test_many_files_are_answered_alike_in_any_order_and_number(tmp_path: Path, key: Path) -> None:
    new, old = (_manifest(tmp_path, timedelta(hours=hours)) for hours in (1, 2))
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    absent = tmp_path / "absent.json"
    files = [new, old, bad, absent] * 16
    asked = ("--as-of", "2026-11-26")

    def answers(order: list[Path]) -> list[tuple[str, str]]:
        done = _verify(tmp_path, key, *order, *asked)
        assert done.code == ExitCode.INPUT_UNREADABLE
        found = [(item["file"], json.dumps(item, sort_keys=True)) for item in done.objects]
        assert [file for file, _ in found] == [str(file) for file in order]
        return found

    (tmp_path / "home" / "seen.json").unlink(missing_ok=True)
    many = answers(files)
    (tmp_path / "home" / "seen.json").unlink()
    assert sorted(answers(files[::-1])) == sorted(many)
    (tmp_path / "home" / "seen.json").unlink()
    few = answers(files[:4])  # so few are verified in one process
    assert sorted(set(many)) == sorted(set(few))


def test_a_manifest_from_the_future_is_refused_on_request_and_poisons_no_memory(
    tmp_path: Path, key: Path
) -> None:
    future = _manifest(tmp_path, timedelta(days=-30))
    _verify(tmp_path, key, future)
    done = _verify(tmp_path, key, future, "--max-age", "1")
    assert done.code == ExitCode.NOT_FRESH
    assert "in the future" in _check(done.json, "ahead")["found"]
    present = _manifest(tmp_path, timedelta(minutes=1))
    assert _verify(tmp_path, key, present, "--max-age", "1").code != ExitCode.NOT_FRESH


def test_a_clock_set_back_since_the_last_use_is_refused_where_an_age_is_asked_for(
    tmp_path: Path, key: Path
) -> None:
    file = _manifest(tmp_path, timedelta(hours=1))
    accepted = _verify(tmp_path, key, file).code
    memory = tmp_path / "home" / "seen.json"
    later = format_utc(_NOW + timedelta(days=2))
    content = json.loads(memory.read_text()) | {"lastUsed": later}
    memory.write_text(json.dumps(content))
    done = _verify(tmp_path, key, file, "--max-age", "1")
    assert done.code == ExitCode.NOT_FRESH
    assert "which was set back" in _check(done.json, "clock")["found"]
    assert _check(done.json, "age")["status"] == "notDone"
    assert _verify(tmp_path, key, file).code == accepted
    assert parse_utc(json.loads(memory.read_text())["lastUsed"]) == parse_utc(later)


def test_a_clock_before_the_tool_is_said_and_the_manifest_not_blamed(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built = datetime.now(UTC) + timedelta(days=400)
    for module in ("gauger_agent.cli.verify", "gauger_agent.memory"):
        monkeypatch.setattr(f"{module}.BUILT", built)
    monkeypatch.setenv("GAUGER_HOME", str(tmp_path / "home"))
    future = _manifest(tmp_path, timedelta(days=-200))
    asked = ["verify", str(future), "--key", str(key)]
    assert main([*asked, "--max-age", "1"]) == ExitCode.NOT_FRESH
    said = capsys.readouterr().err
    assert "before this tool was built" in said
    assert "future" not in said
    assert main(asked) != ExitCode.NOT_FRESH
    assert "before this tool was built" in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "home" / "seen.json").exists()


def test_a_memory_that_cannot_be_read_is_said_and_not_replaced(tmp_path: Path, key: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "seen.json").write_text("{")
    done = _verify(tmp_path, key, _manifest(tmp_path, timedelta(hours=1)))
    assert done.code == ExitCode.INPUT_UNREADABLE
    assert len(done.err.splitlines()) == 1
    assert (tmp_path / "home" / "seen.json").read_text() == "{"


def test_a_verifier_that_may_not_write_verifies_all_the_same_and_says_so(
    tmp_path: Path, key: Path
) -> None:
    file = _manifest(tmp_path, timedelta(hours=1))
    nowhere = Path("/proc/gauger")  # not even root can make a folder there
    done = gauger("verify", file, "--key", key, "--json", home=nowhere)
    assert done.code in (ExitCode.DONE, ExitCode.MEETS, ExitCode.INDETERMINATE)
    assert "will not be remembered" in done.err
