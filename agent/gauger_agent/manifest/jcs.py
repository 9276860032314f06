"""Canonical JSON bytes as RFC 8785 lays down, so that one value has one digest.

Numbers are written as ECMAScript writes doubles (RFC 8785 section 3.2.2.3), keys are sorted by
their UTF-16 code units (section 3.2.3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from json.encoder import encode_basestring

from gauger_agent.manifest.limits import MAX_NESTING
from gauger_probes.evidence.common import JsonValue

#: Up to here every integer is a double, written with all of its digits.
_EXACT = 2**53


class JcsError(ValueError):
    """The value has no canonical form: a number that no double equals, or broken text."""


def canonical(value: JsonValue) -> bytes:
    """Return the RFC 8785 bytes of ``value``.

    Raises:
        JcsError: a number is not finite or equals no double, text holds a lone surrogate, a key
            is not text, or the value is nested deeper than a manifest may be.
    """
    pieces: list[str] = []
    _write(value, pieces, 0)
    try:
        return "".join(pieces).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JcsError(f"text with a lone surrogate: {error.reason}") from None


def _write(value: JsonValue, out: list[str], depth: int) -> None:
    if depth > MAX_NESTING:
        raise JcsError(f"nested deeper than {MAX_NESTING} levels")
    if isinstance(value, dict):
        _write_object(value, out, depth)
    elif isinstance(value, list):
        out.append("[")
        for at, item in enumerate(value):
            if at:
                out.append(",")
            _write(item, out, depth + 1)
        out.append("]")
    else:
        out.append(_scalar(value))


def _write_object(value: dict[str, JsonValue], out: list[str], depth: int) -> None:
    out.append("{")
    for at, key in enumerate(_ordered(value)):
        if at:
            out.append(",")
        out.append(_text(key))
        out.append(":")
        _write(value[key], out, depth + 1)
    out.append("}")


def _ordered(keys: Iterable[str]) -> list[str]:
    """Sort by UTF-16 code units; for ASCII that is the order of the text itself."""
    try:
        plain = all(map(str.isascii, keys))
    except TypeError:
        plain = False
    return sorted(keys) if plain else sorted(keys, key=_utf16)


def _utf16(key: str) -> bytes:
    if not isinstance(key, str):
        raise JcsError(f"a key that is not text: {key!r}")
    try:
        return key.encode("utf-16-be")
    except UnicodeEncodeError:
        raise JcsError(f"key with a lone surrogate: {key[:40]!a}") from None


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value) if abs(value) <= _EXACT else number(_double(value))
    if isinstance(value, float):
        return number(value)
    raise JcsError(f"JSON cannot carry a {type(value).__name__}")


def _text(value: str) -> str:
    # Escapes ", \ and the control characters only, with the short forms where JSON has them.
    return encode_basestring(value)


def _double(value: int) -> float:
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if double != value:
        raise JcsError(f"no double equals an integer of {value.bit_length()} bits")
    return double


def number(value: float) -> str:
    """Return ``value`` as ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20) writes it.

    Raises:
        JcsError: ``value`` is not finite.
    """
    if not math.isfinite(value):
        raise JcsError(f"JSON cannot carry {value!r}")
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    # repr gives the shortest digits that read back as the same double, as ECMAScript asks.
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    padded = whole + fraction
    digits = padded.lstrip("0")
    point -= len(padded) - len(digits)
    return _placed(digits.rstrip("0"), point)


def _placed(digits: str, point: int) -> str:
    """Write ``0.digits × 10^point``; the bounds 21 and -6 are ECMAScript's."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
