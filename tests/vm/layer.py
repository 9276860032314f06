"""Builds the part of the rig's file system that changes with the code: the project and its tests.

The project goes in as its wheel would be installed, so that the guest runs what users get.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import sys
import zipfile
from pathlib import Path

from vm.disk import filesystem
from vm.kernel import output

_TESTS = Path(__file__).parents[1]


def layer(scratch: Path) -> Path:
    """Return a new image made under ``scratch``: ``site`` with every package that may change.

    Raises:
        UnavailableError: the wheel cannot be built.
    """
    tree, image = scratch / "layer", scratch / "layer.ext4"
    site = tree / "site"
    site.mkdir(parents=True)
    with zipfile.ZipFile(_wheel(scratch)) as wheel:
        wheel.extractall(site)
    for name in ("vm", "support"):
        shutil.copytree(_TESTS / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    # Compiling in an emulated machine takes longer than anything else there; other versions'
    # files would only be ignored. The guest trusts these without looking at times.
    trusted = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(site, quiet=1, invalidation_mode=trusted)
    filesystem(tree, image, spare_mib=8)
    shutil.rmtree(tree)
    return image


def _wheel(scratch: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    output(*command, "--directory", scratch / "wheel", cwd=_TESTS.parent)
    (built,) = (scratch / "wheel").glob("*.whl")
    return built
