"""Times in manifests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.manifest.times import exact_utc, format_utc, parse_utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T01:54:00Z", datetime(2026, 11, 24, 1, 54, tzinfo=UTC)),
        ("2026-11-24T01:54:00.5Z", datetime(2026, 11, 24, 1, 54, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T23:59:59.000001Z", datetime(2024, 2, 29, 23, 59, 59, 1, tzinfo=UTC)),
    ],
)
def test_a_time_in_utc_is_read(text: str, moment: datetime) -> None:
    assert parse_utc(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T01:54:00",
        "2026-11-24T01:54:00+00:00",
        "2026-11-24t01:54:00z",
        "2026-11-24 01:54:00Z",
        "20261124T015400Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T01:54:00Z\n",
        "\u0662026-11-24T01:54:00Z",
    ],
)
def test_other_spellings_and_impossible_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_utc(text)


def test_a_time_is_written_in_utc_to_the_second() -> None:
    east = datetime(2026, 11, 24, 3, 54, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    assert format_utc(east) == "2026-11-24T01:54:00Z"
    with pytest.raises(ValueError, match="zone"):
        format_utc(datetime(2026, 11, 24))  # noqa: DTZ001  the missing zone is the point


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_of_every_year_is_read_back(moment: datetime) -> None:
    assert parse_utc(exact_utc(moment)) == moment
    assert parse_utc(format_utc(moment)) == moment.replace(microsecond=0)
