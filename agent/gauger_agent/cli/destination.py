"""Where a manifest goes: a file, a folder under a name of its own, or standard output."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gauger_agent.errors import OutputUnwritable
from gauger_agent.fingerprint import Fingerprint
from gauger_agent.placeholders import is_placeholder
from gauger_agent.private import PREFIX
from gauger_agent.write import write_atomic
from gauger_probes.evidence.document import Evidence

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Destination:
    """A folder, a file, or neither for standard output."""

    folder: Path | None = None
    file: Path | None = None

    def write(
        self, data: bytes, evidence: Evidence, fingerprint: Fingerprint, collected: datetime
    ) -> str:
        """Write the manifest and return where it lies (``-`` for standard output).

        Raises:
            OutputUnwritable: it cannot be written; nothing half-written is left.
        """
        if self.folder is not None:
            name = file_name(evidence, fingerprint, collected)
            write_atomic(self.folder / name, data)
            return str(self.folder / name)
        if self.file is not None:
            write_atomic(self.file, data)
            return str(self.file)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return "-"


def destination(text: str | None) -> Destination:
    """Return where ``--output`` says, once it is sure that one may write there.

    Raises:
        OutputUnwritable: no such folder, or not writable; said before any time is spent.
    """
    if text == "-":
        return Destination()
    path = Path(text or ".")
    if text is None or path.is_dir() or text.endswith("/"):
        return Destination(folder=_writable(path, path))
    if not path.exists() or path.is_file():  # a pipe or a device needs no room beside it
        _writable(path.parent, path)
    return Destination(file=path)


def _writable(folder: Path, named: Path) -> Path:
    if not folder.is_dir():
        raise OutputUnwritable(f"cannot write {named}: no folder {folder}", "create it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputUnwritable(
            f"cannot write {named}: permission denied", "choose a folder that you may write to"
        )
    return folder


def file_name(evidence: Evidence, fingerprint: Fingerprint, collected: datetime) -> str:
    """Return ``<board serial or fingerprint[:12]>-<UTC yyyymmddThhmmssZ>.gauger.json``."""
    serial = evidence.host.board.serial if evidence.host else None
    known = serial is not None and not (is_placeholder(serial) or serial.startswith(PREFIX))
    stem = _UNSAFE.sub("_", serial or "").strip("._-")[:_LONGEST] if known else ""
    moment = collected.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stem or fingerprint.rollup[:12]}-{moment}.gauger.json"
