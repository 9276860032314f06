"""Turns evidence records into JSON values and back, strictly and within bounds.

The record types are the schema: a field's annotation decides what JSON may hold. Reading
refuses unknown fields, missing fields without a default, wrong types, numbers that are not
finite, and text or lists beyond the limits, so that a decoded record can be trusted to have its
shape (its content is still only a claim).
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from gauger_probes.evidence.common import JsonScalar, JsonValue

#: Longest text a field may hold, in characters; a DMI string or a model name needs far less.
MAX_TEXT = 65_536
#: Longest list; a camera with every format, size and interval stays below it.
MAX_ITEMS = 65_536
#: Deepest nesting of free-form values (``conditions``).
MAX_DEPTH = 16

T = TypeVar("T")


class DecodeError(ValueError):
    """The JSON value does not have the shape of the record; the message says where."""


@cache
def json_name(field: str) -> str:
    """Return the lowerCamelCase JSON name of a snake_case field."""
    head, *rest = field.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)


def to_json(value: object) -> JsonValue:
    """Return the JSON value of a record, list, enum or scalar.

    Raises:
        ValueError: a number is not finite, so JSON cannot carry it.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record_to_json(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON cannot carry {value!r}")
    return cast(JsonValue, value)


def _record_to_json(record: Any) -> JsonValue:
    result: dict[str, JsonValue] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if value is None and field.metadata.get("omit_none"):
            continue
        result[json_name(field.name)] = to_json(value)
    return result


@cache
def hints(record: type) -> dict[str, Any]:
    """Return the resolved annotations of a record type."""
    # A record outside ``common`` may use JsonValue without importing what it refers to.
    return get_type_hints(record, localns={"JsonScalar": JsonScalar, "JsonValue": JsonValue})


def from_json(record: type[T], value: JsonValue, where: str = "$") -> T:
    """Return the record of type ``record`` that ``value`` describes.

    Raises:
        DecodeError: ``value`` has another shape; the message names the place.
    """
    try:
        return cast(T, _record(cast(Any, record))(value))
    except _WrongError as wrong:
        place = where + "".join(reversed(wrong.steps))
        raise DecodeError(f"{place}: {wrong.text}") from None


class _WrongError(Exception):
    """What is wrong, and the steps to where it is, the last one first."""

    def __init__(self, text: str, *steps: str) -> None:
        super().__init__(text)
        self.text = text
        self.steps = list(steps)


#: Turns one JSON value into what an annotation asks for. Made once for each annotation, and the
#: place is spelt only where something is wrong: a large manifest has ten thousand values.
_Decoder = Callable[[JsonValue], Any]


@cache
def _record(record: type) -> _Decoder:
    known = {
        json_name(field.name): (field.name, _decoder(hints(record)[field.name]))
        for field in dataclasses.fields(cast(Any, record))
    }
    needed = [json_name(field.name) for field in dataclasses.fields(record) if _is_needed(field)]

    def decode(value: JsonValue) -> Any:
        if not isinstance(value, dict):
            raise _WrongError(f"expected an object, found {kind_of(value)}")
        if not value.keys() <= known.keys():
            raise _WrongError(f"unknown field {_shown(min(value.keys() - known.keys()))}")
        for name in needed:
            if name not in value:
                raise _WrongError(f"field {name!r} is missing")
        arguments = {}
        for name, item in value.items():
            field, decoder = known[name]
            try:
                arguments[field] = decoder(item)
            except _WrongError as wrong:
                wrong.steps.append(f".{name}")
                raise
        return record(**arguments)

    return decode


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


@cache
def _decoder(annotation: Any) -> _Decoder:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _optional(annotation)
    if origin is tuple:
        return _list(get_args(annotation)[0])
    if origin is not None and issubclass(origin, Mapping):
        return _free
    if dataclasses.is_dataclass(annotation):
        return _record(cast(type, annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _enum(annotation)
    return _SCALARS[annotation]


def _optional(annotation: Any) -> _Decoder:
    inner = _decoder(next(arg for arg in get_args(annotation) if arg is not types.NoneType))
    return lambda value: None if value is None else inner(value)


def _list(annotation: Any) -> _Decoder:
    inner = _decoder(annotation)

    def decode(value: JsonValue) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _WrongError(f"expected a list, found {kind_of(value)}")
        if len(value) > MAX_ITEMS:
            raise _WrongError(f"{len(value)} items, more than {MAX_ITEMS}")
        decoded = []
        try:
            for item in value:
                decoded.append(inner(item))
        except _WrongError as wrong:
            wrong.steps.append(f"[{len(decoded)}]")
            raise
        return tuple(decoded)

    return decode


def _enum(kind: type[StrEnum]) -> _Decoder:
    members = {member.value: member for member in kind}

    def decode(value: JsonValue) -> StrEnum:
        if isinstance(value, str) and value in members:
            return members[value]
        raise _WrongError(f"expected one of {', '.join(members)}")

    return decode


def _boolean(value: JsonValue) -> bool:
    if isinstance(value, bool):
        return value
    raise _WrongError(f"expected bool, found {kind_of(value)}")


def _string(value: JsonValue) -> str:
    if isinstance(value, str):
        return _bounded(value)
    raise _WrongError(f"expected str, found {kind_of(value)}")


def _real(value: JsonValue) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value)
    raise _WrongError(f"expected float, found {kind_of(value)}")


def _integer(value: JsonValue) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _finite(value)
        if number.is_integer():
            return int(number)
    raise _WrongError(f"expected int, found {kind_of(value)}")


_SCALARS: Mapping[Any, _Decoder] = {bool: _boolean, str: _string, float: _real, int: _integer}


def _free(value: JsonValue) -> Any:
    if not isinstance(value, dict):
        raise _WrongError(f"expected an object, found {kind_of(value)}")
    return _nested(value, 0)


def _nested(value: JsonValue, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _WrongError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict | list):
        return _children(value, depth)
    if isinstance(value, str):
        return _bounded(value)
    if isinstance(value, float):
        return _finite(value)
    return value


def _children(value: dict[str, JsonValue] | list[JsonValue], depth: int) -> Any:
    if len(value) > MAX_ITEMS:
        raise _WrongError(f"{len(value)} items, more than {MAX_ITEMS}")
    if isinstance(value, dict):
        return {_bounded(key): _step(item, f".{_shown(key)}", depth) for key, item in value.items()}
    return [_step(item, f"[{at}]", depth) for at, item in enumerate(value)]


def _step(value: JsonValue, step: str, depth: int) -> Any:
    try:
        return _nested(value, depth + 1)
    except _WrongError as wrong:
        wrong.steps.append(step)
        raise


def _finite(value: int | float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _WrongError("not a finite number")
    return number


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise _WrongError(f"{len(text)} characters, more than {MAX_TEXT}")
    return text


def _shown(name: str) -> str:
    return repr(name[:64])


def kind_of(value: JsonValue) -> str:
    """Return the JSON name of a value's type, for messages."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", int: "a number", float: "a number"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
