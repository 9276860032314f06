"""The machines that a package is for: architecture, Python, oldest glibc.

Relies on dpkg for the architecture's name. Platform tags: PEP 425, PEP 600 and the manylinux
aliases of PEP 513, 571 and 599; Debian 12 has Python 3.11.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from recipe.tool import BuildError, find, run

PYTHON = (3, 11)
GLIBC = (2, 28)

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_OLDEST_GLIBC_MINOR = 5  # manylinux1


@dataclass(frozen=True)
class Target:
    """`architecture` as dpkg names it, `machine` as the kernel and wheel tags do."""

    architecture: str
    machine: str

    def pip_options(self) -> list[str]:
        """Options that make pip choose wheels for this target, whatever it runs on itself."""
        platforms = [
            f"manylinux_{GLIBC[0]}_{minor}_{self.machine}"
            for minor in range(GLIBC[1], _OLDEST_GLIBC_MINOR - 1, -1)
        ]
        platforms.append(f"manylinux2014_{self.machine}")
        version = f"{PYTHON[0]}{PYTHON[1]}"
        return [
            "--only-binary=:all:",
            "--implementation=cp",
            f"--python-version={PYTHON[0]}.{PYTHON[1]}",
            f"--abi=cp{version}",
            *(f"--platform={platform}" for platform in platforms),
        ]


def native() -> Target:
    """Return this machine's target.

    Raises BuildError for an architecture that has no wheels, and for another Python than the
    target's: pip evaluates the markers of dependencies for the interpreter that it runs on.
    """
    if sys.version_info[:2] != PYTHON:
        raise BuildError(f"the package is for Python {PYTHON[0]}.{PYTHON[1]}: build it with that")
    architecture = run([find("dpkg"), "--print-architecture"], cwd=Path("/")).strip()
    machine = _MACHINES.get(architecture)
    if machine is None:
        raise BuildError(f"no wheels for {architecture}: build on {' or '.join(_MACHINES)}")
    return Target(architecture, machine)
