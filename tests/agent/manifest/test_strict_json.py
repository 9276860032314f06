"""What the strict reader takes and what it refuses, and why that matters to a signature."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.manifest.limits import MAX_NESTING, MAX_NUMBER, MAX_VALUES
from gauger_agent.manifest.strict_json import StrictJsonError, parse

REFUSED = {
    "duplicate key": b'{"a":1,"a":2}',
    "duplicate key that only unescaping shows": b'{"a":1,"\\u0061":2}',
    "duplicate key deep inside": b'[{"x":{"a":1,"b":2,"a":3}}]',
    "NaN": b"[NaN]",
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "an integer that no double equals": b"[9007199254740993]",
    "a negative one": b"[-9007199254740993]",
    "an integer next to what RFC 8785 writes": b"[69922110814917611]",
    "an integer beyond where RFC 8785 writes integers": b"[1000000000000000000001]",
    "an integer beyond every double": b"[1" + b"0" * 309 + b"]",
    "a real beyond every double": b"[1e999]",
    "a number of many characters": b"[0." + b"1" * MAX_NUMBER + b"]",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16-le"),
    "an overlong byte sequence": b'["\xc0\xaf"]',
    "a surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "a lone high surrogate": b'["\\ud800"]',
    "a lone low surrogate": b'["\\uDC00"]',
    "surrogates in the wrong order": b'["\\udc00\\ud800"]',
    "a lone surrogate in a key": b'{"\\ud800":1}',
    "trailing data": b"{}{}",
    "trailing text": b"{} x",
    "a trailing NUL": b"{}\x00",
    "nothing": b"",
    "only spaces": b"  ",
    "a raw control character": b'["\n"]',
    "single quotes": b"{'a':1}",
    "a trailing comma": b"[1,]",
    "a comment": b"[1/**/]",
    "a leading zero": b"[01]",
    "a leading plus": b"[+1]",
    "hexadecimal": b"[0x10]",
    "a bare fraction": b"[.5]",
    "digits of another script": '["a",\u0661]'.encode(),
    "a space that JSON has not": b"[\xc2\xa01]",
    "an unterminated string": b'["abc',
    "nesting one too deep": b"[" * (MAX_NESTING + 1) + b"]" * (MAX_NESTING + 1),
    "nesting of objects one too deep": b'{"a":' * (MAX_NESTING + 1)
    + b"1"
    + b"}" * (MAX_NESTING + 1),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_readers_disagree_about_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(StrictJsonError) as refused:
        parse(data)
    assert str(refused.value)


ACCEPTED = {
    b"15000000000000000": 15000000000000000,
    b"9007199254740992": 2**53,
    b"69922110814917610": 6.992211081491761e16,
    b"-69922110814917610": -6.992211081491761e16,
    b"69922110814917616": 69922110814917616,
    b"1000000000000000000000": 10**21,
    b"-0": 0,
    b"1.5e16": 1.5e16,
    b"1e-400": 0.0,
    b"9007199254740993.0": 9007199254740992.0,
    b'"\\ud83d\\ude00"': "\U0001f600",
    b'"\\\\ud800"': "\\ud800",
    b' {"a" : [ ] }\n': {"a": []},
    b'"[[[[{{{{"': "[[[[{{{{",
    b"null": None,
    b"[true,false]": [True, False],
    b'{"":{"":1}}': {"": {"": 1}},
}


@pytest.mark.parametrize(("data", "value"), ACCEPTED.items())
def test_plain_json_is_read(data: bytes, value: object) -> None:
    assert parse(data) == value


def test_nesting_at_the_limit_is_read_and_brackets_in_text_do_not_count() -> None:
    assert parse(b"[" * MAX_NESTING + b"]" * MAX_NESTING)
    assert parse(b'["' + b"[" * 1000 + b'\\"' + b"[" * 1000 + b'"]')


def test_the_largest_double_is_read_as_an_integer_literal() -> None:
    largest = int(1.7976931348623157e308)
    assert parse(str(largest).encode()) == largest


def test_too_many_values_are_refused() -> None:
    with pytest.raises(StrictJsonError, match="values"):
        parse(b"[" + b"1," * MAX_VALUES + b"1]")


HOSTILE = {
    "a million digits": b"9" * 1_000_000,
    "a million digits in a real": b"0." + b"9" * 1_000_000,
    "a million brackets": b"[" * 1_000_000,
    "a million closing brackets": b"]" * 1_000_000,
    "a million escaped quotes, unterminated": b'"' + b'\\"' * 500_000,
    "a million backslashes, unterminated": b'"' + b"\\" * 1_000_001,
    "half a million quotes": b'"' * 1_000_001,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_refused_in_linear_time(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(StrictJsonError):
        parse(data)
    assert time.process_time() - start < 2  # quadratic cost would be minutes


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_what_the_standard_library_writes_is_read_back(value: object, escaped: bool) -> None:
    try:
        data = json.dumps(value, ensure_ascii=escaped).encode()
    except UnicodeEncodeError:
        return
    assert parse(data) == json.loads(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_the_standard_library_does_or_refused(data: bytes) -> None:
    try:
        value = parse(data)
    except StrictJsonError:
        return
    assert value == json.loads(data)
