"""Lays out the agent's private Python environment, /opt/gauger, inside a staging folder.

Relies on the target's own /usr/bin/python3 for the interpreter. A folder is a virtual environment
by its pyvenv.cfg alone (PEP 405), so nothing of the target has to run here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from recipe.target import PYTHON, Target
from recipe.tool import run
from recipe.wheels import PIP

PREFIX = Path("/opt/gauger")

_PYVENV = f"""\
home = /usr/bin
include-system-site-packages = false
version = {PYTHON[0]}.{PYTHON[1]}
"""


def lay_out(stage: Path, requirement: str, wheels: Path, target: Target, launcher: Path) -> None:
    """Install `requirement` from the folder `wheels` alone into `stage`'s /opt/gauger.

    `launcher` is the command's script, which names its interpreter by its final path.
    """
    prefix = stage / PREFIX.relative_to("/")
    packages = prefix / "lib" / f"python{PYTHON[0]}.{PYTHON[1]}" / "site-packages"
    packages.mkdir(parents=True)
    offline = ["--no-index", f"--find-links={wheels}"]
    run(
        [
            *PIP,
            "install",
            "--no-compile",
            f"--target={packages}",
            *offline,
            *target.pip_options(),
            requirement,
        ],
        cwd=stage,
        # The configured places to look are the index's; here only the collected wheels count.
        environment={"PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"},
    )
    _drop_scripts(packages)
    (prefix / "pyvenv.cfg").write_text(_PYVENV, encoding="utf-8")
    commands = prefix / "bin"
    commands.mkdir()
    (commands / "python3").symlink_to("/usr/bin/python3")
    shutil.copyfile(launcher, commands / "gauger")


def _drop_scripts(packages: Path) -> None:
    """Remove the scripts that pip wrote for its own interpreter, and their lines in each RECORD."""
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for record in packages.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith("../"))
        record.write_text(kept, encoding="utf-8")
