"""Writes the documents that a Debian package carries: copyright, changelog, what is bundled.

Relies on the wheels' file names (PEP 427) and on Debian policy, sections 12.5 and 12.7.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from email.utils import formatdate
from pathlib import Path

from recipe.project import Project

MAINTAINER = "Gauger maintainers <maintainers@gauger.example>"


def write(stage: Path, project: Project, wheels: list[Path], copyright_file: Path) -> None:
    """Write `stage`'s /usr/share/doc/gauger."""
    folder = stage / "usr/share/doc/gauger"
    folder.mkdir(parents=True)
    shutil.copyfile(copyright_file, folder / "copyright")
    (folder / "bundled.txt").write_text(bundled(wheels), encoding="utf-8")
    (folder / "changelog.gz").write_bytes(
        gzip.compress(_changelog(project).encode(), compresslevel=9, mtime=0)
    )


def bundled(wheels: list[Path]) -> str:
    """List `wheels` as `sha256sum` would, so that each can be checked against its index."""
    return "".join(
        f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n" for wheel in wheels
    )


def _changelog(project: Project) -> str:
    return (
        f"gauger ({project.debian_version}) bookworm; urgency=medium\n\n"
        f"  * Release {project.version}.\n\n"
        f" -- {MAINTAINER}  {formatdate(project.epoch)}\n"
    )
