"""Whether an authentic manifest is a recent one, as far as this verifier asked.

Without ``nonce`` and ``max_age`` nothing here is broken or passed: it is not done, and what was
noticed all the same is said. ``collectedAt`` is the maker's claim about the maker's clock; a nonce
alone shows freshness without any clock.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from gauger_agent.manifest.statement import Predicate
from gauger_agent.manifest.times import format_utc, parse_utc
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options

#: How far two clocks may differ before one of them is called wrong.
CLOCK_TOLERANCE = timedelta(minutes=5)

NOT_ASKED = "not asked for"
_PROBE_AGAIN = "Have the machine probed again."
_ASK = "--max-age, --nonce or a policy file asks for it."


@dataclass(frozen=True, slots=True)
class _Finding:
    """What is wrong: the rule's expectation, what was found instead, and what to do."""

    expected: str
    found: str
    advice: str


def check_freshness(
    predicate: Predicate, payload_sha256: str, options: Options, now: datetime, ledger: Ledger
) -> None:
    """Record the five rules of freshness: nonce, clock, ahead, age, lastSeen."""
    collected = parse_utc(predicate.collected_at)
    asked = options.nonce is not None or options.max_age is not None
    _check_nonce(predicate, options, ledger)
    clock = _own_clock(options, now)
    _record("clock", clock, options.max_age is not None, format_utc(now), ledger)
    ahead = None if clock else _ahead(collected, now)
    if clock and asked:
        ledger.not_done("ahead", "this computer's clock is wrong")
    else:
        _record("ahead", ahead, asked, predicate.collected_at, ledger)
    _check_age(collected, bool(clock or ahead), options, now, ledger)
    _check_last_seen(predicate, payload_sha256, options, ledger)


def _record(name: str, wrong: _Finding | None, asked: bool, right: str, ledger: Ledger) -> None:
    if wrong and asked:
        ledger.failed(name, wrong.expected, wrong.found, wrong.advice)
    elif asked:
        ledger.passed(name, right)
    else:
        ledger.not_done(name, wrong.found if wrong else NOT_ASKED, wrong.advice if wrong else _ASK)


def _check_nonce(predicate: Predicate, options: Options, ledger: Ledger) -> None:
    """Compare the whole nonce, in constant time; none counts as another one."""
    if options.nonce is None:
        ledger.not_done("nonce", NOT_ASKED, "Freshness is shown by `gauger challenge`.")
        return
    stated = predicate.nonce or ""
    if _binds(predicate, options):
        ledger.passed("nonce", stated)
    else:
        ledger.failed("nonce", options.nonce, stated or "none", _PROBE_AGAIN)


def _binds(predicate: Predicate, options: Options) -> bool:
    wanted = options.nonce
    stated = predicate.nonce or ""
    return wanted is not None and hmac.compare_digest(stated.encode(), wanted.encode())


def _own_clock(options: Options, now: datetime) -> _Finding | None:
    """Find this computer's clock where it cannot be: before the tool, or before its last use."""
    built, used = options.build_date, options.last_used
    if built is not None and now < built:
        found = f"{format_utc(now)} by this computer's clock, before this tool was built"
        expected = f"a clock after {format_utc(built)}, when this tool was built"
        return _Finding(expected, found, "Set this computer's clock.")
    if used is not None and now + CLOCK_TOLERANCE < used:
        found = f"{format_utc(now)} by this computer's clock, which was set back"
        expected = f"a clock after {format_utc(used)}, when it last verified a manifest"
        advice = "Set this computer's clock; if it was wrong then, remove seen.json."
        return _Finding(expected, found, advice)
    return None


def _ahead(collected: datetime, now: datetime) -> _Finding | None:
    if collected <= now + CLOCK_TOLERANCE:
        return None
    return _Finding(
        f"collected before {format_utc(now + CLOCK_TOLERANCE)}",
        f"collected {format_utc(collected)}, in the future",
        "One of the two clocks is wrong: this computer's, or that of the machine.",
    )


def _check_age(
    collected: datetime, unknown: bool, options: Options, now: datetime, ledger: Ledger
) -> None:
    if options.max_age is None:
        ledger.not_done("age", NOT_ASKED, "--max-age or a policy file asks for it.")
    elif unknown:
        ledger.not_done("age", "one of the two clocks is wrong")
    elif now - collected > options.max_age:
        expected = f"collected within {_span(options.max_age)} before {format_utc(now)}"
        found = f"collected {format_utc(collected)}, {_span(now - collected)} before"
        ledger.failed("age", expected, found, _PROBE_AGAIN)
    else:
        ledger.passed("age", format_utc(collected))


def _check_last_seen(
    predicate: Predicate, payload_sha256: str, options: Options, ledger: Ledger
) -> None:
    """Hold it against the newest manifest of the same machine that this verifier has seen."""
    seen = options.seen.get(predicate.fingerprint.rollup)
    asked = options.nonce is not None or options.max_age is not None
    if seen is None:
        ledger.not_done("lastSeen", "the first of this machine here" if asked else NOT_ASKED)
        return
    wrong = None
    same = seen.payload_sha256 == payload_sha256
    if not same and parse_utc(predicate.collected_at) < seen.collected_at:
        wrong = _older(predicate, seen.collected_at, options)
    right = "the same manifest again" if same else f"after {format_utc(seen.collected_at)}"
    _record("lastSeen", wrong, asked, right, ledger)


def _older(predicate: Predicate, last: datetime, options: Options) -> _Finding:
    expected = f"collected after {format_utc(last)}, as the last one seen of this machine"
    found = f"collected {predicate.collected_at}, before the last one seen ({format_utc(last)})"
    if _binds(predicate, options):
        found += ", and yet it binds the nonce: the machine's clock was set back"
        return _Finding(expected, found, "Set the machine's clock and have it probed again.")
    return _Finding(expected, found, f"An old manifest is shown again. {_PROBE_AGAIN}")


def _span(length: timedelta) -> str:
    days, seconds = length.days, length.seconds
    if days:
        return f"{days} d {seconds // 3600} h"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
