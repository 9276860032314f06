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
from collections.abc import Mapping
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
    if not isinstance(value, dict):
        raise DecodeError(f"{where}: expected an object, found {kind_of(value)}")
    fields = {json_name(field.name): field for field in dataclasses.fields(cast(Any, record))}
    unknown = sorted(set(value) - set(fields))
    if unknown:
        raise DecodeError(f"{where}: unknown field {_shown(unknown[0])}")
    arguments: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            annotation = hints(cast(Any, record))[field.name]
            arguments[field.name] = _decode(annotation, value[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise DecodeError(f"{where}: field {name!r} is missing")
    return record(**arguments)


def _decode(annotation: Any, value: JsonValue, where: str) -> Any:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _decode_optional(annotation, value, where)
    if origin is tuple:
        return _decode_list(get_args(annotation)[0], value, where)
    if origin is not None and issubclass(origin, Mapping):
        return _decode_free(value, where)
    if dataclasses.is_dataclass(annotation):
        return from_json(cast(type, annotation), value, where)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _decode_enum(annotation, value, where)
    return _decode_scalar(annotation, value, where)


def _decode_optional(annotation: Any, value: JsonValue, where: str) -> Any:
    if value is None:
        return None
    inner = [arg for arg in get_args(annotation) if arg is not types.NoneType]
    return _decode(inner[0], value, where)


def _decode_list(item: Any, value: JsonValue, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise DecodeError(f"{where}: expected a list, found {kind_of(value)}")
    if len(value) > MAX_ITEMS:
        raise DecodeError(f"{where}: {len(value)} items, more than {MAX_ITEMS}")
    return tuple(_decode(item, entry, f"{where}[{at}]") for at, entry in enumerate(value))


def _decode_enum(kind: type[StrEnum], value: JsonValue, where: str) -> StrEnum:
    if isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            pass
    choices = ", ".join(member.value for member in kind)
    raise DecodeError(f"{where}: expected one of {choices}")


def _decode_scalar(kind: Any, value: JsonValue, where: str) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return _bounded(value, where)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value, where)
    if kind is int and isinstance(value, int | float) and not isinstance(value, bool):
        number = _finite(value, where)
        if number.is_integer():
            return int(number)
    raise DecodeError(f"{where}: expected {kind.__name__}, found {kind_of(value)}")


def _decode_free(value: JsonValue, where: str, depth: int = 0) -> Any:
    if not isinstance(value, dict) and depth == 0:
        raise DecodeError(f"{where}: expected an object, found {kind_of(value)}")
    if depth > MAX_DEPTH:
        raise DecodeError(f"{where}: nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict | list) and len(value) > MAX_ITEMS:
        raise DecodeError(f"{where}: {len(value)} items, more than {MAX_ITEMS}")
    if isinstance(value, dict):
        return {
            _bounded(key, where): _decode_free(item, f"{where}.{_shown(key)}", depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_decode_free(item, f"{where}[{at}]", depth + 1) for at, item in enumerate(value)]
    if isinstance(value, str):
        return _bounded(value, where)
    if isinstance(value, float):
        return _finite(value, where)
    return value


def _finite(value: int | float, where: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise DecodeError(f"{where}: not a finite number")
    return number


def _bounded(text: str, where: str) -> str:
    if len(text) > MAX_TEXT:
        raise DecodeError(f"{where}: {len(text)} characters, more than {MAX_TEXT}")
    return text


def _shown(name: str) -> str:
    return repr(name[:64])


def kind_of(value: JsonValue) -> str:
    """Return the JSON name of a value's type, for messages."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", int: "a number", float: "a number"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
