"""Whatever one probe does, the run ends in time and says what happened to that probe."""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
import time
from pathlib import Path

import pytest

from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Options, Progress
from gauger_probes.roots import Roots
from gauger_probes.run import limits
from gauger_probes.run.conversation import Setting, converse
from gauger_probes.run.process import ENVIRONMENT
from support.fake_probes import FAKES, fake, is_alive, is_gone, line, pid_in, run_fakes

_MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("function", "status", "reason"),
    [
        ("segfault", Status.CRASHED, "killed by signal 11 (SIGSEGV)"),
        ("last_words", Status.CRASHED, r"exited with status 3: the \x1b[31mlast\x1b[0m word"),
        ("garble_answers", Status.CRASHED, "malformed answer: not JSON"),
        ("answer_for_another", Status.CRASHED, "malformed answer: an answer for another probe"),
        ("huge", Status.CRASHED, "malformed result: a message of"),
        ("not_a_number", Status.CRASHED, "malformed result: JSON cannot carry it"),
        ("not_unicode", Status.CRASHED, "malformed result: not JSON"),
        ("wrong_type", Status.CRASHED, "it returned dict where a Result belongs"),
        ("wrong_field", Status.CRASHED, "malformed result: $.host: expected an object"),
        ("foreign_part", Status.CRASHED, "malformed result: part 'cameras' of another probe"),
        ("raises", Status.CRASHED, r"ValueError: odd \x1b[31mthing\x0ain ~/.venv/x.so yyy"),
        ("denied", Status.DENIED, "PermissionError: [Errno 13] Permission denied: '/dev/video0'"),
        ("lacks_library", Status.UNAVAILABLE, "ModuleNotFoundError: No module named 'no_such_"),
        ("no_such_function", Status.CRASHED, "AttributeError"),
    ],
)
def test_a_failing_probe_is_a_line_of_coverage(
    tmp_path: Path, function: str, status: Status, reason: str
) -> None:
    found = line(run_fakes(tmp_path, fake("cameras", function)), "cameras")
    assert found.status is status
    assert found.reason is not None
    assert found.reason.startswith(reason)
    assert len(found.reason) <= 256


@pytest.mark.parametrize("function", ["loop", "sleep"])
def test_a_probe_beyond_its_time_limit_is_killed(tmp_path: Path, function: str) -> None:
    began = time.monotonic()
    found = line(run_fakes(tmp_path, fake("measure", function, timeout_s=0.7)), "measure")
    assert found.status is Status.TIMEOUT
    assert found.reason == "no answer within the time limit of 0.7 s"
    assert 0.7 < found.duration_s < time.monotonic() - began < 5
    if function == "sleep":
        assert is_gone(pid_in(tmp_path / "sleeper"))


def test_the_measuring_budget_extends_the_time_limit_of_a_measuring_probe(tmp_path: Path) -> None:
    spec = fake("measure", "sleep", timeout_s=0.3, measures=True)
    found = line(run_fakes(tmp_path, spec, options=Options(budget_s=0.4)), "measure")
    assert found.reason == "no answer within the time limit of 0.7 s"
    assert found.duration_s > 0.7


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("flood_stderr", f"flood of output: more than {limits.MAX_STDERR} bytes of stderr"),
        ("flood_answers", f"flood of output: more than {limits.MAX_MESSAGE} bytes in one answer"),
    ],
)
def test_a_flood_of_output_is_stopped(tmp_path: Path, function: str, reason: str) -> None:
    found = line(run_fakes(tmp_path, fake("cameras", function)), "cameras")
    assert (found.status, found.reason) == (Status.CRASHED, reason)


def test_a_probe_beyond_its_address_space_says_which_limit_held(tmp_path: Path) -> None:
    spec = fake("cameras", "hog_address_space", memory_bytes=512 * _MIB)
    found = line(run_fakes(tmp_path, spec), "cameras")
    assert found.status is Status.CRASHED
    assert found.reason == "MemoryError: the address-space limit of 512 MiB was reached"


def test_a_probe_that_is_watched_is_killed_beyond_its_resident_memory(tmp_path: Path) -> None:
    spec = fake("measure", "hog_resident", memory_bytes=None)
    setting = Setting(Roots(tmp_path), Options(), resident_bytes=128 * _MIB, extra_path=(FAKES,))
    talk = converse([spec], setting)
    assert talk.loss is not None
    assert talk.loss.status is Status.CRASHED
    assert talk.loss.reason == "beyond the resident-memory limit of 128 MiB"


def test_a_probe_that_is_watched_has_no_address_space_limit(tmp_path: Path) -> None:
    specs = [
        fake("measure", "address_space", memory_bytes=None),
        fake("cameras", "address_space", memory_bytes=700 * _MIB),
    ]
    evidence = run_fakes(tmp_path, *specs)
    assert line(evidence, "measure").reason == "-1"
    assert line(evidence, "cameras").reason == str(700 * _MIB)


def test_what_a_library_prints_does_not_touch_the_answer(tmp_path: Path) -> None:
    found = line(run_fakes(tmp_path, fake("host", "noisy")), "host")
    assert (found.status, found.reason) == (Status.OK, "quiet result")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("orphan_holding_the_pipe", "answered"),
        ("crash_leaving_an_orphan", "killed by signal 11 (SIGSEGV)"),
    ],
)
def test_a_grandchild_that_holds_the_pipe_open_keeps_nobody_waiting(
    tmp_path: Path, function: str, reason: str
) -> None:
    began = time.monotonic()
    found = line(run_fakes(tmp_path, fake("cameras", function)), "cameras")
    orphan = pid_in(tmp_path / "orphan")
    assert is_alive(orphan), "the test shows nothing unless something holds the pipe"
    os.kill(orphan, signal.SIGKILL)
    assert found.reason == reason
    assert time.monotonic() - began < 5


def test_a_grandchild_in_the_group_of_the_child_dies_with_it(tmp_path: Path) -> None:
    found = line(run_fakes(tmp_path, fake("cameras", "fork_in_the_group")), "cameras")
    assert found.reason == "answered"
    assert is_gone(pid_in(tmp_path / "forked"))


def test_the_answer_of_a_forked_copy_does_not_count(tmp_path: Path) -> None:
    found = line(run_fakes(tmp_path, fake("cameras", "fork_that_comes_back")), "cameras")
    assert found.reason == "the original"


def test_a_child_starts_with_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/tmp/evil")
    monkeypatch.setenv("PYTHONPATH", "/tmp/evil")
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        with (tmp_path / "secret").open("w") as secret:
            os.set_inheritable(secret.fileno(), True)
            run_fakes(tmp_path, fake("host", "surroundings"))
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert json.loads((tmp_path / "surroundings").read_text()) == {
        "env": sorted({*ENVIRONMENT, "TMPDIR"}),
        "cwd": "/",
        "leader": True,
        "noNewPrivs": True,
        "isolated": 1,
        "core": 0,
        "files": [],
    }


@pytest.mark.parametrize("function", ["litter_and_answer", "litter_and_abort", "litter_and_hang"])
def test_temporary_files_of_a_child_go_with_it_however_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    run_fakes(tmp_path, fake("cameras", function, timeout_s=1.0))
    littered = Path((tmp_path / "littered").read_text())
    assert littered.is_relative_to(place)
    assert list(place.iterdir()) == []


def test_a_child_runs_where_no_temporary_folder_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    run_fakes(tmp_path, fake("host", "surroundings"))
    assert json.loads((tmp_path / "surroundings").read_text())["env"] == sorted(ENVIRONMENT)


def test_the_options_of_the_user_reach_the_probe(tmp_path: Path) -> None:
    evidence = run_fakes(tmp_path, fake("host", "options"), options=Options(7.5, force=True))
    assert line(evidence, "host").reason == "7.5 True"


def test_progress_is_passed_on_cleaned_and_seldom(tmp_path: Path) -> None:
    heard: list[Progress] = []
    began = time.monotonic()
    evidence = run_fakes(tmp_path, fake("measure", "chatty_progress"), report=heard.append)
    assert line(evidence, "measure").reason == "done"
    assert heard[0] == Progress(0, 100_000, r"turn\x1b[2J")
    most = (time.monotonic() - began) / limits.PROGRESS_INTERVAL_S + 1
    assert 1 <= len(heard) <= most


def test_a_caller_that_ignores_dead_children_loses_nothing(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        evidence = run_fakes(tmp_path, fake("host", "fine"), fake("cameras", "segfault"))
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert line(evidence, "host").reason == "fine"
    assert line(evidence, "cameras").status is Status.CRASHED


def test_a_child_that_cannot_be_started_is_a_line_of_coverage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    found = line(run_fakes(tmp_path, fake("host", "fine")), "host")
    assert found.status is Status.CRASHED
    assert (found.reason or "").startswith("no child could be started: [Errno 2]")
