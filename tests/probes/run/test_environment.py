"""What is said of the runner's own surroundings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.coverage import Privilege
from gauger_probes.roots import Roots
from gauger_probes.run.environment import misleading, privilege
from gauger_probes.run.memory import resident_bytes, resident_ceiling


def test_only_variables_of_the_loader_and_of_python_mislead() -> None:
    environment = {"PYTHONPATH": "x", "LD_PRELOAD": "y", "PATH": "z", "OLD_LD_": "", "XPYTHON": ""}
    assert misleading(environment) == ("LD_PRELOAD", "PYTHONPATH")


@pytest.mark.parametrize(
    ("uid", "environment", "expected"),
    [
        (0, {}, Privilege.ROOT),
        (0, {"INVOCATION_ID": "1"}, Privilege.ROOT),
        (1000, {"INVOCATION_ID": "1"}, Privilege.SERVICE),
        (1000, {}, Privilege.USER),
    ],
)
def test_privilege_is_that_of_the_effective_user(
    uid: int, environment: dict[str, str], expected: Privilege
) -> None:
    assert privilege(uid, environment) is expected


def test_a_watched_child_may_fill_half_of_the_memory(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text("MemFree:  1 kB\nMemTotal:    4096 kB\n")
    assert resident_ceiling(Roots(tmp_path)) == 2048 * 1024


@pytest.mark.parametrize("text", ["", "MemTotal:\n", "MemTotal: many kB\n", "MemTotals: 1 kB\n"])
def test_memory_that_nobody_states_is_not_watched(tmp_path: Path, text: str) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text(text)
    assert resident_ceiling(Roots(tmp_path)) is None


def test_resident_memory_is_that_of_the_process(tmp_path: Path) -> None:
    (tmp_path / "proc" / "7").mkdir(parents=True)
    (tmp_path / "proc" / "7" / "status").write_text("VmHWM:\t9 kB\nVmRSS:\t  12 kB\n")
    assert resident_bytes(Roots(tmp_path), 7) == 12 * 1024
    assert resident_bytes(Roots(tmp_path), 8) is None
