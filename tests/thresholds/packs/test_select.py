"""Which packs are judged on which date, and what is said of the lists that are not."""

from __future__ import annotations

from datetime import date

import pytest

from gauger_thresholds.packs.load import built_in
from gauger_thresholds.packs.select import NO_PACK_FOR_DATE, UnknownPackError, select


def _judged(day: str, *names: str) -> set[str]:
    chosen = select(built_in(), date.fromisoformat(day), names)
    return {item.pack.id for item in chosen.packs}


@pytest.mark.parametrize(
    ("day", "packs"),
    [
        ("2022-10-20", set()),
        ("2022-10-21", {"us-2022-10"}),
        ("2023-11-16", {"us-2022-10"}),
        ("2023-11-17", {"us-2023-11"}),
        ("2025-02-01", {"us-2023-11", "us-2025-01"}),
        ("2026-01-15", {"us-2023-11", "us-2025-01", "us-2026-01"}),
    ],
)
def test_a_list_is_judged_by_the_packs_that_hold_on_the_day(day: str, packs: set[str]) -> None:
    of_list = {item.pack.id for item in built_in() if item.pack.list == "us-3a090"}
    assert _judged(day) & of_list == packs


def test_a_date_before_the_history_is_not_judged_and_says_so() -> None:
    chosen = select(built_in(), date(2022, 6, 1))
    assert chosen.packs == ()
    reasons = {item.list: item.reason for item in chosen.not_judged}
    assert reasons["us-3a090"] == NO_PACK_FOR_DATE


def test_unverified_packs_are_listed_and_never_judged() -> None:
    chosen = select(built_in(), date(2026, 11, 24))
    assert {"uk-pl9013", "jp-3a090"} <= {item.list for item in chosen.not_judged}
    assert not {"uk-pl9013", "jp-3a090"} & {item.pack.id for item in chosen.packs}


def test_a_prefix_names_every_pack_of_a_jurisdiction() -> None:
    assert _judged("2026-11-24", "eu") == {"eu-2025-11", "eu-4a003", "eu-cameras", "eu-notice"}


def test_a_prefix_ends_at_a_hyphen() -> None:
    with pytest.raises(UnknownPackError, match="us-20"):
        select(built_in(), date(2026, 11, 24), ["us-20"])


def test_the_january_2025_text_stands_and_is_not_enforced() -> None:
    pack = next(item.pack for item in built_in() if item.pack.id == "us-2025-01")
    assert pack.in_force(date(2026, 1, 1))
    assert pack.enforced_on(date(2025, 5, 12))
    assert not pack.enforced_on(date(2025, 5, 13))
