"""Canonical bytes: the vectors of RFC 8785, ECMAScript's numbers, and another implementation."""

from __future__ import annotations

import math
import struct

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from gauger_agent.manifest.jcs import JcsError, canonical, number
from gauger_agent.manifest.limits import MAX_NESTING
from gauger_agent.manifest.strict_json import parse
from gauger_probes.evidence.common import JsonValue

#: RFC 8785, appendix B: IEEE 754 bits in hex and the text that ECMAScript writes.
APPENDIX_B = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), APPENDIX_B.items())
def test_numbers_are_written_as_in_the_appendix_of_the_rfc(bits: str, text: str) -> None:
    assert number(struct.unpack(">d", bytes.fromhex(bits))[0]) == text


def test_keys_are_sorted_by_their_utf16_code_units() -> None:
    # RFC 8785 section 3.2.3: the emoji's surrogates sort before U+FB33.
    value: JsonValue = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\x80": "Control",
        "\xf6": "Latin Small Letter O With Diaeresis",
    }
    read = parse(canonical(value))
    assert isinstance(read, dict)
    assert list(read) == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]


def test_literals_and_text_are_written_as_in_section_3_2_2_of_the_rfc() -> None:
    value = parse(
        b'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        b'"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
        b'"literals":[null,true,false]}'
    )
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (1.5e16, b"15000000000000000"),
        (10**21, b"1e+21"),
        (10**20, b"100000000000000000000"),
        (-0.0, b"0"),
        (2**53, b"9007199254740992"),
        (True, b"true"),
        (1, b"1"),
        (1.0, b"1"),
    ],
)
def test_integers_and_reals_that_are_equal_have_one_form(value: JsonValue, data: bytes) -> None:
    assert canonical(value) == data


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        2**53 + 1,
        10**400,
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        {"a": object()},
        b"bytes",
    ],
)
def test_what_json_cannot_carry_has_no_canonical_form(value: JsonValue) -> None:
    with pytest.raises(JcsError):
        canonical(value)


def test_nesting_beyond_the_limit_has_no_canonical_form() -> None:
    value: JsonValue = 1
    for _ in range(MAX_NESTING):
        value = [value]
    assert canonical(value)
    with pytest.raises(JcsError):
        canonical([value])


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | SAFE | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
@example(1e21)
@example(123456789012345680000.0)
@example(1e-7)
@example(0.000001)
def test_another_implementation_writes_the_same_bytes(value: JsonValue) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(JSON)
def test_reading_canonical_bytes_and_writing_them_again_changes_nothing(value: JsonValue) -> None:
    data = canonical(value)
    assert canonical(parse(data)) == data


@given(NUMBERS)
def test_every_number_reads_back_as_the_same_double(value: float) -> None:
    assert float(number(value)) == value
