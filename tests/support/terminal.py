"""Runs ``gauger`` at a terminal of its own and types what a person would."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path


def type_to_gauger(*arguments: str | Path, home: Path, lines: list[str]) -> tuple[int, str]:
    """Return the exit code and everything shown, after typing each line at its own prompt."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "gauger_agent", *map(str, arguments)]
    environment = {**os.environ, "GAUGER_HOME": str(home), "NO_COLOR": "1"}
    child = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,  # no terminal but this one
    )
    os.close(terminal)
    shown = ""
    for line in lines:
        shown += _until(controller, ": ", shown)
        time.sleep(0.1)  # the prompt is written before the echo is off
        os.write(controller, line.encode() + b"\n")
    shown += _until(controller, None, "")
    os.close(controller)
    return child.wait(timeout=60), shown


def _until(controller: int, mark: str | None, before: str) -> str:
    """Read until ``mark`` (or the end) shows; ``before`` was shown already."""
    text = ""
    deadline = time.monotonic() + 60
    while mark is None or not text.endswith(mark):
        if not select.select([controller], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError(before + text)
        try:
            chunk = os.read(controller, 4096)
        except OSError:  # EIO: the other end is closed
            return text
        if not chunk:
            return text
        text += chunk.decode()
    return text
