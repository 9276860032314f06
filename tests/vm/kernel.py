"""Gets Debian's stock kernel and the few modules that a test needs, without installing anything.

The package is downloaded with apt, unpacked aside, and only the kernel image and the closure of
the wanted modules are kept, in a cache keyed by the package's version and the module list.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_META_PACKAGE = "linux-image-amd64"


class UnavailableError(Exception):
    """The machine cannot be built or started here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel image, and a folder that holds ``lib/modules/<release>`` for it."""

    image: Path
    modules: Path
    release: str


def cache() -> Path:
    """Return the folder that outlives a run."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "gauger-ci" / "vm"


def fetch(modules: Sequence[str]) -> Kernel:
    """Return the kernel with ``modules`` and all that they depend on.

    Raises:
        UnavailableError: the package is not to be had, or a tool is missing.
    """
    need("apt-get", "apt-cache", "dpkg-deb", "depmod", "modprobe")
    package, version = _candidate()
    key = hashlib.sha256(" ".join(sorted(modules)).encode()).hexdigest()[:12]
    folder = cache() / f"{package}_{version}" / key
    if not folder.exists():
        _build(package, version, modules, folder)
    (release,) = (path.name for path in (folder / "lib/modules").iterdir())
    return Kernel(folder / "vmlinuz", folder, release)


def need(*programs: str) -> None:
    """Raise :class:`UnavailableError` unless every program is there."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [name for name in programs if shutil.which(name, path=path) is None]
    if missing:
        raise UnavailableError(f"not installed: {', '.join(missing)}")


def output(*arguments: str | Path, cwd: Path | None = None) -> str:
    """Run a tool and return what it prints.

    Raises:
        UnavailableError: it failed.
    """
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
    done = subprocess.run(
        arguments, cwd=cwd, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode != 0:
        raise UnavailableError(f"{arguments[0]} failed: {done.stderr.strip()[-400:]}")
    return done.stdout


def _candidate() -> tuple[str, str]:
    shown = output("apt-cache", "show", "--no-all-versions", _META_PACKAGE)
    found = re.search(r"^Depends: (linux-image-\S+) \(= ([^)]+)\)", shown, re.MULTILINE)
    if found is None:
        raise UnavailableError(f"apt knows no {_META_PACKAGE}; run apt-get update")
    return found[1], found[2]


def _build(package: str, version: str, modules: Sequence[str], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        whole, kept = Path(scratch) / "whole", Path(scratch) / "kept"
        output("dpkg-deb", "-x", _deb(package, version, folder.parent), whole)
        (image,) = (whole / "boot").glob("vmlinuz-*")
        release = image.name.removeprefix("vmlinuz-")
        output("depmod", "-b", whole, release)
        for module in modules:
            for path in _closure(whole, release, module):
                _keep(path, kept / path.relative_to(whole))
        for listing in ("modules.builtin", "modules.order"):
            source = whole / "lib/modules" / release / listing
            shutil.copy(source, kept / "lib/modules" / release / listing)
        output("depmod", "-b", kept, release)
        shutil.copy(image, kept / "vmlinuz")
        if not folder.exists():
            kept.rename(folder)


def _deb(package: str, version: str, folder: Path) -> Path:
    stored = list(folder.glob(f"{package}_*.deb"))
    if not stored:
        output("apt-get", "download", f"{package}={version}", cwd=folder)
        stored = list(folder.glob(f"{package}_*.deb"))
    return stored[0]


def _closure(root: Path, release: str, module: str) -> list[Path]:
    listed = output("modprobe", "--show-depends", "-d", root, "-S", release, module)
    return [Path(line.split()[1]) for line in listed.splitlines() if line.startswith("insmod ")]


def _keep(source: Path, target: Path) -> None:
    """Copy a module unpacked: busybox reads no compressed ones."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".xz":
        target.with_suffix("").write_bytes(lzma.decompress(source.read_bytes()))
    elif source.suffix == ".zst":
        output("zstd", "-q", "-f", "-d", source, "-o", target.with_suffix(""))
    else:
        shutil.copy(source, target)
