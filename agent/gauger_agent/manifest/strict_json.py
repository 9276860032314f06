"""Reads JSON that every reader understands alike, and refuses the rest (RFC 8259, RFC 7493).

Readers disagree about duplicate keys, numbers beyond a double, NaN, lone surrogates and deep
nesting; a signed document that means two things is an attack, so none of these is accepted. The
tokens are read by :mod:`json`; sizes and nesting are bounded before it sees the text.
"""

from __future__ import annotations

import json
import math
import re
from typing import cast

from gauger_agent.manifest.jcs import number
from gauger_agent.manifest.limits import MAX_NESTING, MAX_NUMBER, MAX_VALUES
from gauger_probes.evidence.common import JsonValue

# A string, or the rest of the text where its closing quote is missing. The quantifiers are
# possessive, so that hostile text costs linear time.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"


class StrictJsonError(ValueError):
    """The bytes are not JSON that every reader understands alike; the message says why."""


def parse(data: bytes) -> JsonValue:
    """Return the JSON value in ``data``; every number in it equals a finite double.

    Raises:
        StrictJsonError: ``data`` is not UTF-8 JSON, or readers would disagree about it.
    """
    text = _decoded(data)
    _bound(text)
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=_real,
        parse_constant=_constant,
    )
    try:
        value = cast(JsonValue, decoder.decode(text))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise StrictJsonError(f"not JSON: {error.msg} at {where}") from None
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _decoded(data: bytes) -> str:
    if data.startswith(_BOM):
        raise StrictJsonError("starts with a byte order mark")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8 at byte {error.start}") from None


def _bound(text: str) -> None:
    skeleton = _STRING.sub("", text)
    values = 1 + sum(skeleton.count(mark) for mark in "[{,")
    if values > MAX_VALUES:
        raise StrictJsonError(f"about {values} values, more than {MAX_VALUES}")
    depth = 0
    for bracket in _BRACKET.finditer(skeleton):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_NESTING:
            raise StrictJsonError(f"nested deeper than {MAX_NESTING} levels")
        if depth < 0:
            return  # the parser says where it ends too early


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise StrictJsonError(f"duplicate key {key[:64]!a}")
            seen.add(key)
    return result


def _integer(literal: str) -> int | float:
    """Refuse digits that a reader with doubles would round away.

    Beyond 2^53 RFC 8785 writes the shortest digits of a double and fills up with zeros
    (6.992211081491761e16 is ``69922110814917610``): those name the double, and are read as it.
    """
    _refuse_long(literal)
    value, double = int(literal), _double(literal)
    if value == double:
        return value
    if literal == number(double):
        return double
    raise StrictJsonError(f"no double equals the integer {literal[:40]}")


def _real(literal: str) -> float:
    _refuse_long(literal)
    return _double(literal)


def _double(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise StrictJsonError(f"number too large for a double: {literal[:40]}")
    return value


def _refuse_long(literal: str) -> None:
    if len(literal) > MAX_NUMBER:
        raise StrictJsonError(f"a number of {len(literal)} characters, more than {MAX_NUMBER}")


def _constant(name: str) -> float:
    raise StrictJsonError(f"{name} is not JSON")


def _refuse_lone_surrogates(root: JsonValue) -> None:
    pending: list[JsonValue] = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value)
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and not _is_unicode(value):
            raise StrictJsonError(f"lone surrogate in {value[:40]!a}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
