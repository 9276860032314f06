"""Where a library lies that no import finds: in an installed wheel, or in the loader's cache.

Wheels are found by what their metadata lists, which imports none of them. A library is loaded by
its real path, so that ``LD_LIBRARY_PATH`` and the interpreter's RPATH have no say.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from gauger_probes.loader_cache import cached
from gauger_probes.roots import Roots

#: Returns the files of an installed distribution, by its name; none if it is not installed.
Listed = Callable[[str], "list[Path]"]


def installed(distribution: str) -> list[Path]:
    """Return the files that a distribution beside this program lists; none if there is none."""
    try:
        listed = files(distribution) or []
    except PackageNotFoundError:
        return []
    return [Path(str(each.locate())) for each in listed]


def load(
    roots: Roots,
    sonames: Sequence[str],
    distribution: str | None = None,
    listed: Listed = installed,
) -> ctypes.CDLL:
    """Load the first of ``sonames`` that ``distribution`` or the loader's cache has.

    Raises:
        LookupError: there is none, or none of them can be loaded; the message says which.
    """
    problems = []
    for path in dict.fromkeys(_candidates(roots, sonames, distribution, listed)):
        try:
            return ctypes.CDLL(str(path))
        except OSError as problem:
            problems.append(str(problem))
    where = f"{distribution} or the loader's cache" if distribution else "the loader's cache"
    raise LookupError("; ".join(problems) or f"no {' or '.join(sonames)} in {where}")


def _candidates(
    roots: Roots, sonames: Sequence[str], distribution: str | None, listed: Listed
) -> Iterator[Path]:
    if distribution is not None:
        yield from (path.resolve() for path in listed(distribution) if path.name in sonames)
    for soname in sonames:
        for path in cached(roots, soname):
            try:
                yield roots.resolve(path)
            except (OSError, ValueError):
                continue
