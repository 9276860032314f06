"""Reads the loader's cache: where the system keeps its shared libraries.

Layout of ``/etc/ld.so.cache``: sysdeps/generic/dl-cache.h of glibc.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_bytes

CACHE = "etc/ld.so.cache"
#: ``struct cache_file_new``: magic and version, then the number of entries.
_MAGIC = b"glibc-ld.so.cache1.1"
_HEADER_BYTES = 48
#: ``struct file_entry_new``: flags, offsets of name and path, OS version, hardware capabilities.
_ENTRY = struct.Struct("=iIIIQ")


def cached(roots: Roots, soname: str) -> tuple[str, ...]:
    """Return the paths that the cache holds for ``soname``; none where it cannot be read."""
    try:
        return tuple(in_cache(read_bytes(roots, CACHE), soname))
    except OSError:
        return ()


def in_cache(cache: bytes, soname: str) -> Iterator[str]:
    """Yield the paths that the loader's cache holds for ``soname``, in its order."""
    # An older cache may stand in front; offsets count from the newer one's own beginning.
    _, magic, rest = cache.partition(_MAGIC)
    body = magic + rest
    table = body[_HEADER_BYTES:]
    if not table:
        return
    (count,) = struct.unpack_from("=I", body, len(_MAGIC))
    whole = min(count, len(table) // _ENTRY.size) * _ENTRY.size
    for _, name, path, _, _ in _ENTRY.iter_unpack(table[:whole]):
        if _string(body, name) == soname.encode():
            yield os.fsdecode(_string(body, path))


def _string(body: bytes, at: int) -> bytes:
    return body[at : max(at, body.find(b"\0", at))]
