"""Builds the file system that the rig boots: Debian with Python and what the project depends on.

Nothing of the project itself is in it, so that it is built once and outlives every change of
code; it is kept under a hash of its recipe. The versions of Python packages are uv.lock's.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from vm.disk import filesystem
from vm.kernel import UnavailableError, cache, need, output

_REPOSITORY = Path(__file__).parents[2]
_SUITE = "bookworm"
#: The Python of that suite, and where it looks for packages that are not Debian's.
_PYTHON = "3.11"
_PACKAGES = f"usr/local/lib/python{_PYTHON}/dist-packages"
#: Where the project's own layer is mounted; a .pth file serves children started with -I too.
LAYER = "/opt/gauger"
_DEBIAN = ("kmod", "python3", "udev", "v4l-utils")
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64")
#: Raise by one when this file builds something else from the same recipe.
_REVISION = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is in a root: Debian packages, and Python requirements with their versions."""

    debian: tuple[str, ...]
    python: tuple[str, ...]

    @property
    def key(self) -> str:
        """A name for exactly this content."""
        text = repr((_REVISION, _SUITE, _PYTHON, self.debian, self.python))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def root() -> Path:
    """Return the image, from the cache if it is there.

    Raises:
        UnavailableError: it cannot be built here.
    """
    recipe = Recipe(_DEBIAN, _requirements())
    image = cache() / f"root-{recipe.key}.ext4"
    if not image.exists():
        if os.geteuid() != 0:
            raise UnavailableError("a Debian root is built as root only")
        need("mmdebstrap", "mke2fs", "chroot")
        image.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=image.parent) as folder:
            made = Path(folder) / "root.ext4"
            _build(recipe, Path(folder) / "tree", made)
            made.replace(image)
    return image


def _build(recipe: Recipe, tree: Path, image: Path) -> None:
    include = ",".join(recipe.debian)
    output("mmdebstrap", "--quiet", "--variant=minbase", f"--include={include}", _SUITE, tree)
    packages = tree / _PACKAGES
    output(*_pip(), "--target", packages, *recipe.python)
    (packages / "gauger-layer.pth").write_text(f"{LAYER}/site\n")
    (tree / LAYER.lstrip("/")).mkdir()
    output("chroot", tree, "python3", "-m", "compileall", "-q", f"/{_PACKAGES}")
    shutil.rmtree(tree / "var/lib/apt")
    filesystem(tree, image, spare_mib=256)


def _pip() -> list[str]:
    platforms = [f"--platform={name}" for name in _PLATFORMS]
    options = ["--quiet", "--no-compile", "--only-binary=:all:", f"--python-version={_PYTHON}"]
    return [sys.executable, "-m", "pip", "install", *options, *platforms]


def _requirements() -> tuple[str, ...]:
    """Return what an installation with ``[probe]`` needs and the USB/IP server, pinned."""
    project = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text())["project"]
    lock = tomllib.loads((_REPOSITORY / "uv.lock").read_text())
    versions: dict[str, str] = {}
    for package in lock["package"]:
        if _meant_for_this_python(package.get("resolution-markers", [])):
            versions[package["name"]] = package.get("version", "")
    wanted = [*project["dependencies"], *project["optional-dependencies"]["probe"], "usbip"]
    names = [re.split(r"[^A-Za-z0-9._-]", requirement)[0] for requirement in wanted]
    return tuple(sorted(f"{name}=={versions[name]}" for name in names))


def _meant_for_this_python(markers: list[str]) -> bool:
    return not markers or any("< '3.12'" in marker for marker in markers)
