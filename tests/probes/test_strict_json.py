"""JSON that two readers could understand differently is refused, and by a ValueError alone."""

from __future__ import annotations

import pytest

from gauger_probes.strict_json import parse


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a": 1, "a": 2}', "given twice"),
        (b"NaN", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'"\xff"', "utf-8"),
        (b"1 2", "Extra data"),
        (b"", "Expecting value"),
        (b"1" * 5000, "integer string conversion"),
    ],
)
def test_hostile_text_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(raw)


def test_the_rest_is_what_it_says() -> None:
    assert parse('{"a": [1, 2.5, null, true, "ä"]}'.encode()) == {"a": [1, 2.5, None, True, "ä"]}
