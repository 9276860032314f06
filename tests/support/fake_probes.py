"""Runs the misbehaving probes of ``tests/probes/run/fakes`` through the real runner."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from gauger_probes.evidence.coverage import Coverage
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import ProbeSpec
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes

FAKES = Path(__file__).parents[1] / "probes" / "run" / "fakes"


def fake(name: str, function: str, **settings: Any) -> ProbeSpec:
    """Return a probe called ``name`` that runs one function of ``hostile_probes``."""
    return ProbeSpec(name, f"hostile_probes:{function}", **{"timeout_s": 10.0, **settings})


def run_fakes(root: Path, *specs: ProbeSpec, **arguments: Any) -> Evidence:
    """Run ``specs`` live with ``root`` in place of the machine's ``/``."""
    settings = {"options": Options(), "names": None, "roots": Roots(root), **arguments}
    return run_probes(specs=specs, extra_path=(FAKES,), **settings)


def line(evidence: Evidence, probe: str) -> Coverage:
    """Return the one coverage line of ``probe``."""
    (found,) = [entry for entry in evidence.coverage if entry.probe == probe]
    return found


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def is_gone(pid: int) -> bool:
    """Return whether a process has ended, given a second to do so."""
    deadline = time.monotonic() + 1
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def pid_in(path: Path) -> int:
    """Return the process id that a probe wrote into ``path``, waiting for it."""
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"no process wrote {os.fspath(path)}"
        time.sleep(0.01)
    return int(path.read_text())
