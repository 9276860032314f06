"""Builds the .deb: the agent in /opt/gauger, its command, its boot unit, its documents.

Relies on nfpm for the archive and on `deb/nfpm.yaml` for what it says of itself. Built twice from
one commit and the same wheels it is the same bytes: every file has the commit's time, a fixed mode
and a place in sorted order.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from recipe import documents, environment, target, wheels
from recipe.project import Project
from recipe.tool import BuildError, find, run

EXTRA = "probe"
EXECUTABLE = frozenset({"opt/gauger/bin/gauger"})


def build(project: Project, out: Path) -> Path:
    """Build the package into `out`, made if need be, and return its path.

    Raises BuildError when pip, dpkg or nfpm is missing or fails.
    """
    packaging = project.root / "packaging"
    machine = target.native()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gauger-deb-") as name:
        stage, own, collected = (Path(name) / part for part in ("root", "own", "wheels"))
        for folder in (stage, own, collected):
            folder.mkdir()
        chosen = wheels.collect(wheels.build(project, own), EXTRA, machine, collected)
        environment.lay_out(
            stage,
            f"gauger[{EXTRA}]=={project.version}",
            collected,
            machine,
            packaging / "deb" / "gauger",
        )
        documents.write(stage, project, chosen, packaging / "deb" / "copyright")
        _normalise(stage, project.epoch)
        return _archive(project, machine.architecture, stage, out)


def _normalise(stage: Path, epoch: int) -> None:
    """Give everything under `stage` a fixed mode and the time `epoch`, whatever the umask was."""
    for path in [stage, *stage.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or str(path.relative_to(stage)) in EXECUTABLE
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _archive(project: Project, architecture: str, stage: Path, out: Path) -> Path:
    package = out.resolve() / f"gauger_{project.debian_version}_{architecture}.deb"
    values = {
        "GAUGER_VERSION": project.debian_version,
        "GAUGER_ARCHITECTURE": architecture,
        "GAUGER_MAINTAINER": documents.MAINTAINER,
        "GAUGER_STAGE": str(stage),
        "SOURCE_DATE_EPOCH": str(project.epoch),
    }
    run(
        [
            find("nfpm"),
            "package",
            "--config=deb/nfpm.yaml",
            "--packager=deb",
            f"--target={package}",
        ],
        cwd=project.root / "packaging",
        environment=values,
    )
    if not package.is_file():
        raise BuildError(f"nfpm wrote no {package}")
    return package
