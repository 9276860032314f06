"""Makes the dynamic loader's cache (glibc 2.32 and later; sysdeps/generic/dl-cache.h)."""

from __future__ import annotations

import struct


def loader_cache(*entries: tuple[str, str]) -> bytes:
    """Return a cache with these sonames and paths, in this order."""
    header = struct.pack("=20sIIB3xI12x", b"glibc-ld.so.cache1.1", len(entries), 0, 2, 0)
    strings, table = b"", b""
    start = len(header) + 24 * len(entries)
    for name, path in entries:
        at = start + len(strings)
        table += struct.pack("=iIIIQ", 0x303, at, at + len(name) + 1, 0, 0)
        strings += f"{name}\0{path}\0".encode()
    return header + table + strings
