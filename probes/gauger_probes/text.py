"""Makes text that came from hardware safe to carry: bounded, valid, without control characters."""

from __future__ import annotations

import re
import unicodedata

#: Longest string kept from a device, in characters. SMBIOS and USB strings are at most 255.
MAX_LENGTH = 256

#: A person's folder names the person, and user names are never collected.
_HOME = re.compile(r"/home/[^/\s'\"]+")


def without_home(text: str) -> str:
    """Return ``text`` with the folder of a person called ``~``."""
    return _HOME.sub("~", text)


def clean(raw: bytes | str, limit: int = MAX_LENGTH) -> str | None:
    """Return ``raw`` as printable text, or ``None`` when nothing is left.

    Bytes are read as UTF-8; bytes that are not, and control, format, surrogate and private-use
    characters, become ``\\xNN`` or ``\\uNNNN`` escapes, so that the text says what was there
    without acting on a terminal. Longer text is cut and ends in ``…``.
    """
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    text = text.strip(" \t\r\n\0")
    escaped = "".join(_visible(character) for character in text[: limit + 1])
    if len(escaped) > limit:
        escaped = escaped[: limit - 1] + "…"
    return escaped or None


def _visible(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        code = ord(character)
        if code < 0x100:
            return f"\\x{code:02x}"
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character
