"""Bare Debian 12 roots to install a package into, and a way to run commands and boot in them.

Relies on mmdebstrap for the root, which is kept as a tarball under ~/.cache/gauger-ci, on unshare
for mounts that vanish with the command, and on systemd-nspawn for a boot. Needs root.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CACHE = Path.home() / ".cache" / "gauger-ci"
SUITE = "bookworm"

# Mounts and processes that end with the command, even when it is killed.
_ALONE = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
_MOUNT = 'mount -t proc proc "$0/proc" && mount -t sysfs sys "$0/sys" && exec chroot "$0" "$@"'


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which packages a root has beyond dpkg, apt and what they need."""

    packages: tuple[str, ...]

    @contextmanager
    def unpacked(self, folder: Path) -> Iterator[BareRoot]:
        """Make the root below `folder`, building its tarball if there is none, and delete it after.

        Skips the test where this is not allowed.
        """
        if os.geteuid() != 0:
            pytest.skip("a Debian root is made and entered as root only")
        into = folder / "root"
        into.mkdir()
        try:
            subprocess.run(["tar", "-xf", str(self._tarball()), "-C", str(into)], check=True)
            yield BareRoot(into)
        finally:
            shutil.rmtree(into)  # half a gigabyte each, which pytest would keep for three runs

    def _tarball(self) -> Path:
        command = [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={','.join(self.packages)}",
            SUITE,
        ]
        key = hashlib.sha256("\0".join(command).encode()).hexdigest()[:16]
        kept = CACHE / f"root-{key}.tar"
        if not kept.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                made = Path(folder) / kept.name
                subprocess.run([*command, str(made)], check=True)
                made.replace(kept)
        return kept


@dataclass(frozen=True, slots=True)
class BareRoot:
    """An unpacked root at `path`."""

    path: Path

    def run(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` inside as root, in `/`, without a network; the exit code is the caller's.

        `environment` is added to a minimal one.
        """
        return subprocess.run(
            [*_ALONE, "--net", "sh", "-c", _MOUNT, str(self.path), *command],
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def must(self, *command: str) -> str:
        """Run `command` as `run` does and return its stdout; fails unless it exits with 0."""
        finished = self.run(*command)
        assert finished.returncode == 0, f"{command}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def install(self, package: Path) -> None:
        """Install the .deb `package` with apt, as a person would."""
        inside = self.path / "tmp" / package.name
        inside.write_bytes(package.read_bytes())
        try:
            self.must(
                "apt-get", "-o", "Dpkg::Use-Pty=0", "install", "--yes", f"/tmp/{package.name}"
            )
        finally:
            inside.unlink()

    def listing(self) -> frozenset[str]:
        """Every path inside, with its type and, for a link, where it points."""
        found: set[str] = set()
        for folder, folders, files in os.walk(self.path):
            for name in [*folders, *files]:
                path = Path(folder) / name
                kind = f"-> {path.readlink()}" if path.is_symlink() else "/" * path.is_dir()
                found.add(f"/{path.relative_to(self.path)} {kind}".rstrip())
        return frozenset(found)

    def boot(self) -> str:
        """Boot the root's systemd in a container until it powers itself off; returns its console.

        The container sees this machine's /sys and network interfaces, and none of its devices.
        """
        finished = subprocess.run(
            [
                *_ALONE,
                "systemd-nspawn",
                f"--directory={self.path}",
                "--register=no",
                "--keep-unit",
                "--boot",
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=300,
        )
        return finished.stdout + finished.stderr


BARE = Recipe(("python3",))
WITH_SYSTEMD = Recipe(("python3", "systemd-sysv"))
