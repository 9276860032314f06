"""Writes the JSON Schema (draft 2020-12) of a record from its annotations.

The codec reads the same annotations, so that what the schema allows is what the codec accepts.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Union, cast, get_args, get_origin

from gauger_probes.evidence.codec import MAX_ITEMS, MAX_TEXT, hints, json_name
from gauger_probes.evidence.common import JsonValue

_SCALARS: dict[type, dict[str, JsonValue]] = {
    str: {"type": "string", "maxLength": MAX_TEXT},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}


def definitions(record: type) -> dict[str, JsonValue]:
    """Return ``$defs`` for ``record`` and every record and enum that it reaches."""
    found: dict[str, JsonValue] = {}
    _collect(record, found)
    return dict(sorted(found.items()))


def _collect(record: type, found: dict[str, JsonValue]) -> None:
    if record.__name__ in found:
        return
    properties: dict[str, JsonValue] = {}
    required: list[JsonValue] = []
    found[record.__name__] = None  # reserves the name while its fields are walked
    for field in dataclasses.fields(cast(Any, record)):
        name = json_name(field.name)
        properties[name] = _schema_of(hints(record)[field.name], found)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(name)
    found[record.__name__] = {
        "type": "object",
        "description": (record.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " "),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _schema_of(annotation: Any, found: dict[str, JsonValue]) -> JsonValue:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not types.NoneType]
        return {"anyOf": [_schema_of(inner[0], found), {"type": "null"}]}
    if origin is tuple:
        items = _schema_of(get_args(annotation)[0], found)
        return {"type": "array", "items": items, "maxItems": MAX_ITEMS}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object"}
    if dataclasses.is_dataclass(annotation):
        _collect(cast(type, annotation), found)
        return {"$ref": f"#/$defs/{cast(type, annotation).__name__}"}
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {"type": "string", "enum": [member.value for member in annotation]}
    return dict(_SCALARS[annotation])
