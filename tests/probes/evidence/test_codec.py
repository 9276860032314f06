"""Records survive the way to JSON and back, and nothing else is let in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.evidence.accelerator import Accelerator, Bus, PciId
from gauger_probes.evidence.camera import Mode, Range
from gauger_probes.evidence.codec import DecodeError, from_json, json_name, to_json
from gauger_probes.evidence.common import OMIT_NONE, Measurement
from gauger_probes.evidence.coverage import Coverage, Hidden, Privilege, Status


@dataclass(frozen=True)
class _Inner:
    some_name: str
    count: int | None = None


@dataclass(frozen=True)
class _Outer:
    inner: _Inner
    many: tuple[_Inner, ...] = ()
    ratio: float = 0.5
    flag: bool = False
    left_out: str | None = field(default=None, metadata=OMIT_NONE)


@given(
    st.builds(
        _Outer,
        st.builds(_Inner, st.text(), st.none() | st.integers(-(2**53), 2**53)),
        st.lists(st.builds(_Inner, st.text())).map(tuple),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none() | st.text(),
    )
)
def test_a_record_survives_the_round_trip(record: _Outer) -> None:
    assert from_json(_Outer, json.loads(json.dumps(to_json(record)))) == record


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "expected an object"),
        ({}, "'inner' is missing"),
        ({"inner": {"someName": "a"}, "more": 1}, "unknown field 'more'"),
        ({"inner": {"some_name": "a"}}, "unknown field 'some_name'"),
        ({"inner": {"someName": 1}}, "$.inner.someName: expected str, found a number"),
        ({"inner": {"someName": "a", "count": 1.5}}, "expected int"),
        ({"inner": {"someName": "a", "count": True}}, "found a boolean"),
        ({"inner": {"someName": "a"}, "flag": 1}, "expected bool"),
        ({"inner": {"someName": "a"}, "ratio": 10**400}, "not a finite number"),
        ({"inner": {"someName": "a"}, "many": {}}, "expected a list"),
        ({"inner": {"someName": "a" * 65_537}}, "more than 65536"),
    ],
)
def test_another_shape_is_refused_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(DecodeError) as caught:
        from_json(_Outer, value)
    assert says in str(caught.value)


def test_an_integer_written_with_an_exponent_is_read() -> None:
    assert from_json(_Inner, {"someName": "a", "count": 2e3}).count == 2000


def test_conditions_may_hold_anything_but_not_endlessly_deep() -> None:
    deep: Any = {}
    for _ in range(20):
        deep = {"a": deep}
    base = to_json(Measurement("gemm", "fp64", "FLOP/s", 1, 1, 1, 6, 0.95, "m", {"a": [1, {}]}))
    assert isinstance(base, dict)
    assert from_json(Measurement, base).conditions == {"a": [1, {}]}
    with pytest.raises(DecodeError, match="nested deeper"):
        from_json(Measurement, {**base, "conditions": deep})


def test_a_number_that_json_cannot_carry_is_not_written() -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        to_json(_Outer(_Inner("a"), ratio=float("inf")))


def test_the_names_are_those_of_the_design() -> None:
    device = Accelerator(
        "a", Bus.PCI, "0000:65:00.0", PciId("10de", "2330", None, None, "030200", "a1"),
        None, False, None,
    )  # fmt: skip
    assert to_json(device) == {
        "id": "a",
        "bus": "pci",
        "address": "0000:65:00.0",
        "pci": {
            "vendor": "10de",
            "device": "2330",
            "subsystemVendor": None,
            "subsystemDevice": None,
            "class": "030200",
            "revision": "a1",
        },
        "driver": None,
        "bound": False,
        "parent": None,
        "identities": [],
        "rated": [],
        "measurements": [],
        "limits": [],
    }
    line = Coverage("measure", Status.NOT_RUN, None, 0.5, Privilege.USER, (Hidden.CAMERA,))
    assert to_json(line) == {
        "probe": "measure",
        "status": "notRun",
        "reason": None,
        "durationS": 0.5,
        "privilege": "user",
        "couldHide": ["camera"],
    }


def test_a_discrete_size_and_a_range_take_each_others_place() -> None:
    assert to_json(Mode("YUYV", 640, 480)) == {
        "pixelFormat": "YUYV",
        "width": 640,
        "height": 480,
        "intervals": [],
    }
    ranged = to_json(Mode("YUYV", width_range=Range(2, 8, 2), height_range=Range(2, 8, 2)))
    assert isinstance(ranged, dict)
    assert set(ranged) == {"pixelFormat", "widthRange", "heightRange", "intervals"}


def test_snake_case_becomes_lower_camel_case() -> None:
    assert [json_name(name) for name in ("total_bytes", "class_", "duration_s", "id")] == [
        "totalBytes",
        "class",
        "durationS",
        "id",
    ]
