"""JSON from whoever made it: nothing that two readers could understand differently."""

from __future__ import annotations

import json
from typing import NoReturn, cast

from gauger_probes.evidence.common import JsonValue


def parse(raw: bytes) -> JsonValue:
    """Return what ``raw`` says.

    Raises:
        ValueError: it is not UTF-8 or not JSON, nested too deeply, has a number that JSON has not,
            or gives a field twice.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_without_duplicates
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return cast(JsonValue, value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")


def _without_duplicates(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a field is given twice")
    return result
