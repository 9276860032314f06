"""Writes the JSON Schema (draft 2020-12) of the Statement from the record types.

``python -m gauger_agent.manifest.schema`` prints it; docs/schema/manifest.schema.json is its
output. It gives the shape; digests and signatures are the verifier's.
"""

from __future__ import annotations

import json
import sys
from typing import cast

from gauger_agent.manifest.statement import (
    EVIDENCE_SUBJECT,
    FINGERPRINT_SUBJECT,
    PREDICATE_TYPE,
    SCHEMA_VERSION,
    STATEMENT_KEYS,
    STATEMENT_TYPE,
    Predicate,
    Subject,
)
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.schema import definitions

_HEX_256: JsonValue = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME: JsonValue = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$",
}
_DATE: JsonValue = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

#: What the types cannot say: (record, field) → its schema.
_NARROWER: dict[tuple[str, str], JsonValue] = {
    ("Agent", "digest"): _HEX_256,
    ("Component", "digest"): _HEX_256,
    ("Component", "identifiers"): {"type": "object", "additionalProperties": {"type": "string"}},
    ("Digest", "sha256"): _HEX_256,
    ("Fingerprint", "rollup"): _HEX_256,
    ("JudgedPack", "asOf"): _DATE,
    ("JudgedPack", "sha256"): _HEX_256,
    ("Predicate", "collectedAt"): _TIME,
    ("Predicate", "nonce"): {"anyOf": [_HEX_256, {"type": "null"}]},
    ("Predicate", "schemaVersion"): {"const": SCHEMA_VERSION},
}


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of the Statement, with ``$defs`` for every record in it."""
    records = definitions(Predicate) | definitions(Subject)
    for (record, name), narrower in _NARROWER.items():
        _properties(records[record])[name] = narrower
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": PREDICATE_TYPE,
        "$comment": "Written by `python -m gauger_agent.manifest.schema`; do not edit.",
        "title": "Gauger capability manifest: the in-toto Statement inside the DSSE envelope",
        "type": "object",
        "properties": {
            "_type": {"const": STATEMENT_TYPE},
            "subject": {
                "type": "array",
                "prefixItems": [_named(FINGERPRINT_SUBJECT), _named(EVIDENCE_SUBJECT)],
                "minItems": 2,
                "items": False,
            },
            "predicateType": {"const": PREDICATE_TYPE},
            "predicate": {"$ref": "#/$defs/Predicate"},
        },
        "required": cast(list[JsonValue], sorted(STATEMENT_KEYS)),
        "additionalProperties": False,
        "$defs": dict(sorted(records.items())),
    }


def _properties(record: JsonValue) -> dict[str, JsonValue]:
    return cast(dict[str, JsonValue], cast(dict[str, JsonValue], record)["properties"])


def _named(name: str) -> JsonValue:
    return {"$ref": "#/$defs/Subject", "properties": {"name": {"const": name}}}


def text() -> str:
    """Return the schema as the file in docs/schema holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
