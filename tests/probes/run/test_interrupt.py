"""However the runner ends, no child of its outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gauger_probes.result import Progress
from support.fake_probes import FAKES, fake, is_alive, is_gone, pid_in, run_fakes

_SCRIPT = f"""
import sys
from pathlib import Path
from gauger_probes.registry import ProbeSpec
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
spec = ProbeSpec("host", "hostile_probes:sleep", timeout_s=60.0)
run_probes(
    Roots(Path(sys.argv[1])), None, Options(), specs=[spec], extra_path=[Path({str(FAKES)!r})]
)
"""


def test_an_interrupt_kills_the_child_before_it_propagates(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(progress: Progress) -> None:
        pids.append(int(progress.label.rpartition(" ")[2]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_fakes(tmp_path, fake("host", "sleep", timeout_s=60.0), report=interrupt)
    assert len(pids) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_the_runner_takes_the_child_along(tmp_path: Path, number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, os.fspath(tmp_path)], stderr=subprocess.DEVNULL
    ) as runner:
        child = pid_in(tmp_path / "sleeper")
        assert is_alive(child)
        runner.send_signal(number)
        assert runner.wait(10) == -number
    assert is_gone(child)
