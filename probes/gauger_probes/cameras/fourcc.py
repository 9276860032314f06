"""Spells a V4L2 pixel format code as text, the way v4l2-ctl prints it.

The code is four characters in little-endian order; bit 31 marks the big-endian variant
(V4L2 uapi, "Image Formats": ``v4l2_fourcc_be``).
"""

from __future__ import annotations

_BIG_ENDIAN = 1 << 31


def spell(code: int) -> str:
    """Return the four characters of a 32-bit ``code``, with ``-BE`` where bit 31 is set.

    Trailing blanks belong to the name (``"Y16 "``); a character that does not print becomes a
    ``\\xNN`` escape.
    """
    text = "".join(_visible(code >> shift & 0x7F) for shift in (0, 8, 16, 24))
    return text + "-BE" if code & _BIG_ENDIAN else text


def _visible(character: int) -> str:
    return chr(character) if 0x20 <= character < 0x7F else f"\\x{character:02x}"
