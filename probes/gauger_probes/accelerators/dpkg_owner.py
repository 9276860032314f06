"""Which Debian package claims a file, read from dpkg's own files without running dpkg.

``/var/lib/dpkg/info/PACKAGE[:ARCH].list`` holds a package's paths, one a line, and
``PACKAGE[:ARCH].md5sums`` the MD5 digests of its files, paths without the leading slash
(dpkg's doc: deb-md5sums(5), dpkg-query(1)).
"""

from __future__ import annotations

from gauger_probes.accelerators.owner import Digests, Owner
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_bytes
from gauger_probes.text import clean

_INFO = "var/lib/dpkg/info"


def owner(path: str, digests: Digests, roots: Roots) -> Owner | None:
    """Return the package that claims the absolute ``path``, ``None`` where none does."""
    spellings = _spellings(path)
    for name in entries(roots, _INFO):
        stem = name.removesuffix(".list")
        if stem != name and not spellings.isdisjoint(_lines(roots, name)):
            package = clean(stem.partition(":")[0])
            return None if package is None else Owner(package, _intact(stem, path, digests, roots))
    return None


def _spellings(path: str) -> set[bytes]:
    """With /usr merged, packages may still list files under the folders that became links."""
    merged = path.removeprefix("/usr") if path.startswith("/usr/lib") else path
    return {path.encode("utf-8", "surrogateescape"), merged.encode("utf-8", "surrogateescape")}


def _intact(stem: str, path: str, digests: Digests, roots: Roots) -> bool | None:
    wanted = {spelling.removeprefix(b"/") for spelling in _spellings(path)}
    for line in _lines(roots, f"{stem}.md5sums"):
        digest, _, file = line.partition(b"  ")
        if file in wanted:
            return digest == digests.md5.encode("ascii")
    return None


def _lines(roots: Roots, name: str) -> list[bytes]:
    try:
        return read_bytes(roots, f"{_INFO}/{name}").split(b"\n")
    except OSError:
        return []
