"""Writes the JSON Schema (draft 2020-12) of a policy file from its record types.

``python -m gauger_agent.trust.schema`` prints it; docs/schema/policy.schema.json is its output.
Editors check TOML against it (``#:schema`` of taplo). It gives the shape; whether the keys can be
used and the demands be met is the reader's.
"""

from __future__ import annotations

import json
import sys
from typing import cast

from gauger_agent.trust.document import SCHEMA, PolicyDocument
from gauger_agent.trust.policy import MAX_KEYS
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.schema import definitions

#: What the types cannot say: (record, field) → its schema.
_NARROWER: dict[tuple[str, str], JsonValue] = {
    ("PolicyDocument", "schema"): {"const": SCHEMA},
    ("PolicyDocument", "keys"): {
        "type": "array",
        "items": {"$ref": "#/$defs/PolicyKey"},
        "minItems": 1,
        "maxItems": MAX_KEYS,
    },
    ("PolicyKey", "label"): {"type": "string", "minLength": 1},
    ("PolicyDocument", "threshold"): {"type": "integer", "minimum": 1, "default": 1},
    ("PolicyDocument", "maxAgeDays"): {"type": "number", "minimum": 0, "maximum": 36500},
    ("PolicyDocument", "acceptCaptured"): {"type": "boolean", "default": False},
    ("PolicyDocument", "agents"): {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
}


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a policy file."""
    records = definitions(PolicyDocument)
    for (record, name), narrower in _NARROWER.items():
        properties = cast(dict[str, JsonValue], records[record])["properties"]
        cast(dict[str, JsonValue], properties)[name] = narrower
    keys = cast(dict[str, JsonValue], records["PolicyKey"])
    keys["oneOf"] = [{"required": ["file"]}, {"required": ["pem"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://gauger.example/policy/v1",
        "$comment": "Written by `python -m gauger_agent.trust.schema`; do not edit.",
        "title": "Gauger policy file (TOML)",
        "$ref": "#/$defs/PolicyDocument",
        "$defs": records,
    }


def text() -> str:
    """Return the schema as the file in docs/schema holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
