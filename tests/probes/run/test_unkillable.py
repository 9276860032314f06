"""A child that hangs in the kernel is left behind, and the run goes on.

``frozen_mount`` makes a real one, which needs root. Where that is not to be had, the failing
wait for a killed child is simulated at the lowest boundary, ``subprocess.Popen.wait``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gauger_probes.evidence.coverage import Status
from support.fake_probes import FAKES, fake, line, run_fakes
from support.frozen_mount import frozen_mount

_REASON = "timeout, unkillable (state D)"
_SCRIPT = f"""
import subprocess, sys
from pathlib import Path
from gauger_probes.registry import ProbeSpec
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes

def never(self, timeout=None):
    raise subprocess.TimeoutExpired(self.args, timeout)

subprocess.Popen.wait = never
spec = ProbeSpec("host", "hostile_probes:sleep", timeout_s=0.3)
evidence = run_probes(
    Roots(Path(sys.argv[1])), None, Options(), specs=[spec], extra_path=[Path({str(FAKES)!r})]
)
print(evidence.coverage[0].reason)
"""


def test_a_child_that_cannot_be_killed_is_recorded_and_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int] = []

    def never(self: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        pids.append(self.pid)
        raise subprocess.TimeoutExpired(self.args, timeout or 0)

    monkeypatch.setattr(subprocess.Popen, "wait", never)
    evidence = run_fakes(
        tmp_path, fake("host", "sleep", timeout_s=0.3), fake("cameras", "also_fine")
    )
    assert line(evidence, "host").status is Status.TIMEOUT
    assert line(evidence, "host").reason == _REASON
    assert line(evidence, "cameras").reason == "also fine"
    for pid in pids:
        os.waitpid(pid, 0)


def test_the_interpreter_ends_without_a_word_about_a_child_left_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", _SCRIPT, os.fspath(tmp_path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout.strip() == _REASON
    assert done.stderr == ""


@pytest.mark.skipif(
    os.geteuid() != 0 or not os.access("/dev/fuse", os.W_OK), reason="mounting FUSE needs root"
)
def test_a_child_in_state_d_holds_up_neither_its_neighbours_nor_the_run(tmp_path: Path) -> None:
    frozen, calm = tmp_path / "frozen", tmp_path / "calm"
    frozen.mkdir()
    calm.mkdir()
    try:
        with frozen_mount(frozen):
            began = time.monotonic()
            evidence = run_fakes(
                frozen,
                fake("host", "stat_root", shared=True, timeout_s=0.5),
                fake("cameras", "options", shared=True),
            )
            took = time.monotonic() - began
    except OSError as problem:
        pytest.skip(f"this machine does not let us mount: {problem}")
    assert line(evidence, "host").status is Status.TIMEOUT
    assert line(evidence, "host").reason == f"{_REASON}; holds /dev/zero"
    assert line(evidence, "cameras").status is Status.OK
    assert 2.5 < took < 5, "one wait for the killed child, and no second copy beside it"
