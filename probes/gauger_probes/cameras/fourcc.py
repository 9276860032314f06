"""Spells a V4L2 pixel format code as text, the way v4l2-ctl prints it.

The code is four characters in little-endian order; bit 31 marks the big-endian variant
(V4L2 uapi, "Image Formats": ``v4l2_fourcc_be``).
"""

from __future__ import annotations

import re

_BIG_ENDIAN = 1 << 31
_NAME = re.compile(r"((?:\\x[01][0-9a-f]|\\x7f|[\x20-\x7e]){4})(-BE)?")
_PART = re.compile(r"\\x[0-9a-f]{2}|.")


def spell(code: int) -> str:
    """Return the four characters of a 32-bit ``code``, with ``-BE`` where bit 31 is set.

    Trailing blanks belong to the name (``"Y16 "``); a character that does not print becomes a
    ``\\xNN`` escape.
    """
    text = "".join(_visible(code >> shift & 0x7F) for shift in (0, 8, 16, 24))
    return text + "-BE" if code & _BIG_ENDIAN else text


def code(name: str) -> int | None:
    """Return the 32-bit code that :func:`spell` writes as ``name``, ``None`` if it writes none."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    characters = [
        int(part[2:], 16) if len(part) > 1 else ord(part) for part in _PART.findall(match[1])
    ]
    number = int.from_bytes(bytes(characters), "little")
    return number | _BIG_ENDIAN if match[2] else number


def _visible(character: int) -> str:
    return chr(character) if 0x20 <= character < 0x7F else f"\\x{character:02x}"
