"""The dock's two examples, run as they are; the network between is a shell on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import gauger

pytestmark = pytest.mark.system

_EXAMPLES = Path(__file__).parents[3] / "examples" / "customs"
_SHELL, _PYTHON = ["sh", str(_EXAMPLES / "check.sh")], [sys.executable, str(_EXAMPLES / "check.py")]
_BOTH = pytest.mark.parametrize("script", [_SHELL, _PYTHON], ids=["sh", "py"])


@pytest.fixture(scope="module")
def dock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with a key of its own, and a way to it: drop the address, run the words."""
    folder = tmp_path_factory.mktemp("dock")
    reach = folder / "reach"
    state = folder / "machine"
    reach.write_text(f'#!/bin/sh\nshift\nGAUGER_HOME="{state}" exec sh -c "$*"\n')
    reach.chmod(0o755)
    gauger("keys", "new", home=state)
    (folder / "machine.pem").write_text(gauger("keys", "export", home=state).out)
    return folder


def _run(
    script: list[str], dock: Path, key: Path, **extra: str
) -> subprocess.CompletedProcess[str]:
    gauger_path = shutil.which("gauger", path=str(Path(sys.executable).parent))
    assert gauger_path is not None, "the command is installed beside this Python"
    environment = {
        **os.environ,
        "PATH": f"{Path(gauger_path).parent}{os.pathsep}{os.environ['PATH']}",
        "GAUGER_HOME": str(dock / "inspector"),
        "SSH": str(dock / "reach"),
        **extra,
    }
    words = [*script, str(key), "root@machine"]
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@_BOTH
def test_a_machine_that_meets_nothing_passes_or_is_held_with_the_reason(
    script: list[str], dock: Path
) -> None:
    done = _run(script, dock, dock / "machine.pem")
    assert done.returncode in (0, 10, 11), done.stderr
    said = done.stdout + done.stderr
    assert ("pass" if done.returncode == 0 else "hold") in said


@_BOTH
def test_a_machine_that_sends_an_old_manifest_is_held(
    script: list[str], dock: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.json"
    gauger("run", "--no-measure", "--quiet", "--output", old, home=dock / "machine")
    replay = tmp_path / "replay"
    replay.write_text(f'#!/bin/sh\nexec cat "{old}"\n')
    replay.chmod(0o755)
    done = _run(script, dock, dock / "machine.pem", SSH=str(replay))
    assert done.returncode == 21
    assert "hold" in done.stdout + done.stderr


@_BOTH
@pytest.mark.parametrize("answer", ["", "{", "an error message"])
def test_a_machine_that_sends_no_manifest_is_refused(
    script: list[str], dock: Path, tmp_path: Path, answer: str
) -> None:
    broken = tmp_path / "broken"
    broken.write_text(f"#!/bin/sh\nprintf %s '{answer}'\nexit 255\n")
    broken.chmod(0o755)
    done = _run(script, dock, dock / "machine.pem", SSH=str(broken))
    assert done.returncode == 20
    assert "refuse" in done.stdout + done.stderr


@_BOTH
def test_a_machine_whose_key_nobody_knows_is_refused(script: list[str], dock: Path) -> None:
    gauger("keys", "new", home=dock / "stranger")
    other = dock / "stranger.pem"
    other.write_text(gauger("keys", "export", home=dock / "stranger").out)
    assert _run(script, dock, other).returncode == 23


def test_the_answer_for_a_log_names_rules_and_the_payload(dock: Path) -> None:
    answer = json.loads(_run(_PYTHON, dock, dock / "machine.pem").stdout)
    assert set(answer) == {
        "machine",
        "exitCode",
        "action",
        "meets",
        "cannotTell",
        "payloadSha256",
    }
    assert len(answer["payloadSha256"]) == 64


def test_the_shell_script_is_short_enough_to_read_at_the_dock() -> None:
    assert len((_EXAMPLES / "check.sh").read_text().splitlines()) <= 20
