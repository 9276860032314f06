"""What a command imports: start-up matters to scripts, and a verifier needs no hardware library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = {"numpy", "cv2", "pynvml", "pyudev", "psutil"}
_PROGRAM = """
import sys
from gauger_agent.cli.main import main
try:
    code = int(main(sys.argv[1:]))
except SystemExit as ending:
    code = ending.code or 0
print("\\n" + ",".join(sorted(name.partition(".")[0] for name in sys.modules)))
"""


def _imported(folder: Path, *arguments: str) -> set[str]:
    environment = {"GAUGER_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=60)
    return set(done.stdout.decode().splitlines()[-1].split(","))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["packs", "list", "--json"], ["verify", "--help"], ["run", "--help"]],
    ids=" ".join,
)
def test_a_command_that_probes_nothing_imports_no_probe_library(
    tmp_path: Path, arguments: list[str]
) -> None:
    assert not _imported(tmp_path, *arguments) & _HEAVY


def test_help_imports_neither_cryptography_nor_rich(tmp_path: Path) -> None:
    assert not _imported(tmp_path, "--help") & {"cryptography", "rich"}


def test_verifying_a_file_imports_no_probe_library(tmp_path: Path) -> None:
    file = tmp_path / "not-a-manifest.json"
    file.write_text("{}")
    assert not _imported(tmp_path, "verify", str(file)) & (_HEAVY | {"rich"})
