"""Reads an input file whole, within bounds, with one clear line where that fails."""

from __future__ import annotations

from pathlib import Path

from gauger_agent.errors import InputUnreadable


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the bytes of ``path``, cut after ``limit + 1`` so that the reader sees "too long".

    Raises:
        InputUnreadable: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "Check the path and its permissions."
        raise InputUnreadable(f"cannot read {path}: {reason}", advice) from error
