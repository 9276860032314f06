"""Builds the file system that a test machine boots from: one cpio archive in memory.

It holds busybox, the interpreter that runs the tests with its standard library, the given
programs, packages and files, and the kernel's modules. Shared libraries are found with ldd.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vm.kernel import Kernel, UnavailableError, need, output

#: Parts of the standard library that no test in a guest needs.
_LEFT_OUT = shutil.ignore_patterns(
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "ensurepip",
    "pydoc_data",
    "site-packages",
    "dist-packages",
    "config-*",
    "*.opt-*.pyc",
    "*.a",
)
#: The kernel calls /init; results leave by the second serial line, the console is the first.
_INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /tmp
ip link set lo up
stty -F /dev/ttyS1 raw
exec 3>/dev/ttyS1
echo "=== begin" >&3
{python} /guest/run.py >&3
printf "\\n=== end %s\\n" "$?" >&3
exec 3>&-
poweroff -f
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a test puts into the guest beside Python itself.

    ``packages`` are import packages (folders), installed for the guest's interpreter;
    ``programs`` are run by name; ``script`` is the program whose standard output is the result.
    """

    script: Path
    packages: tuple[Path, ...] = ()
    programs: tuple[str, ...] = ()


def build(kernel: Kernel, contents: Contents, scratch: Path) -> Path:
    """Return the path of the archive, made under ``scratch``.

    Raises:
        UnavailableError: a program is not installed, or a library is not found.
    """
    need("busybox", "cpio", "ldd", *contents.programs)
    tree = scratch / "root"
    for name in ("bin", "proc", "sys", "dev", "tmp", "guest"):
        (tree / name).mkdir(parents=True)
    python = _python(tree)
    _executable(tree / "init", _INIT.format(python=python))
    shutil.copy(_which("busybox"), tree / "bin/busybox")
    for program in contents.programs:
        source = _which(program)
        shutil.copy(source, tree / "bin" / program)
        _libraries(tree, [source])
    for package in contents.packages:
        _install(tree, package)
    shutil.copy(contents.script, tree / "guest/run.py")
    shutil.copytree(kernel.modules / "lib/modules", tree / "lib/modules", dirs_exist_ok=True)
    return _archive(tree, scratch / "initramfs.cpio")


def bare(kernel: Kernel, init: str, scratch: Path) -> Path:
    """Return the path of an archive with busybox, the kernel's modules and the script ``init``.

    Raises:
        UnavailableError: busybox or cpio is not installed.
    """
    need("busybox", "cpio")
    tree = scratch / "bare"
    for name in ("bin", "proc", "sys", "dev", "root"):
        (tree / name).mkdir(parents=True)
    _executable(tree / "init", init)
    shutil.copy(_which("busybox"), tree / "bin/busybox")
    shutil.copytree(kernel.modules / "lib/modules", tree / "lib/modules", dirs_exist_ok=True)
    return _archive(tree, scratch / "initramfs.cpio")


def _python(tree: Path) -> Path:
    interpreter = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    _put(tree, interpreter)
    shutil.copytree(
        library, _inside(tree, library), ignore=_LEFT_OUT, symlinks=True, dirs_exist_ok=True
    )
    extensions = (library / "lib-dynload").glob("*.so")
    _libraries(tree, [interpreter, *extensions])
    # Loaded by name when a thread ends, so that no program is linked to it.
    _put(tree, _found_by_linker("libgcc_s.so.1"))
    return interpreter


def _install(tree: Path, package: Path) -> None:
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    target = _inside(tree, Path(sysconfig.get_path("purelib", vars=base))) / package.name
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))


def _libraries(tree: Path, programs: Iterable[Path]) -> None:
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
        for word in listed.stdout.split():
            if word.startswith("/") and Path(word).exists():
                _put(tree, Path(word))


def _found_by_linker(name: str) -> Path:
    for line in output("ldconfig", "-p").splitlines():
        if line.strip().startswith(f"{name} ") and "x86-64" in line:
            return Path(line.rpartition("=> ")[2])
    raise UnavailableError(f"the library {name} is not installed")


def _put(tree: Path, source: Path) -> None:
    target = _inside(tree, source)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _inside(tree: Path, path: Path) -> Path:
    return tree / path.relative_to("/")


def _executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _which(program: str) -> Path:
    found = shutil.which(program)
    if found is None:
        raise UnavailableError(f"not installed: {program}")
    return Path(found)


def _archive(tree: Path, target: Path) -> Path:
    names = [".", *(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))]
    with target.open("wb") as stream:
        subprocess.run(
            ["cpio", "--quiet", "--create", "--format=newc", "--null"],
            input="\0".join(names).encode("utf-8", "surrogateescape"),
            stdout=stream,
            cwd=tree,
            check=True,
            env={**os.environ, "LC_ALL": "C"},
        )
    shutil.rmtree(tree)
    return target
