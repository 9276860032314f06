"""Times as manifests write them: RFC 3339 in UTC with a ``Z``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z", re.ASCII)


def parse_utc(text: str) -> datetime:
    """Return the time that ``text`` (``2026-11-24T01:54:00Z``) names, to the microsecond.

    Raises:
        ValueError: ``text`` has another shape or names no time.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(f"not a time such as 2026-11-24T01:54:00Z: {text[:40]!a}")
    return datetime.fromisoformat(text)


def format_utc(moment: datetime) -> str:
    """Return ``moment``, which knows its zone, in UTC to the second.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    return exact_utc(moment).partition(".")[0] + "Z"


def exact_utc(moment: datetime) -> str:
    """Return ``moment``, which knows its zone, in UTC to the microsecond.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    # Not strftime: it writes the year 999 with three digits.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
