"""Last part of verifying: whether this verifier, now, accepts an authentic manifest."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from gauger_agent.manifest.statement import Mode, Predicate
from gauger_agent.manifest.times import format_utc, parse_utc
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options

#: How far the maker's clock may run ahead of the verifier's.
CLOCK_TOLERANCE = timedelta(minutes=5)

_PROBE_AGAIN = "Have the machine probed again."


def check_mode(predicate: Predicate, options: Options, ledger: Ledger) -> None:
    """Refuse what was read from a captured tree, unless told to accept it."""
    if predicate.mode is Mode.CAPTURED and not options.accept_captured:
        advice = "It was not made on a running machine; --accept-captured reads it nevertheless."
        ledger.failed("mode", Mode.LIVE.value, predicate.mode.value, advice)
    else:
        ledger.passed("mode", predicate.mode.value)


def check_nonce(predicate: Predicate, options: Options, ledger: Ledger) -> None:
    """Compare the whole nonce, in constant time; none counts as another one."""
    if options.nonce is None:
        ledger.not_done("nonce", "not asked for", "Freshness is shown by `gauger challenge`.")
        return
    stated = predicate.nonce or ""
    if hmac.compare_digest(stated.encode(), options.nonce.encode()):
        ledger.passed("nonce", stated)
    else:
        ledger.failed("nonce", options.nonce, stated or "none", _PROBE_AGAIN)


def check_age(predicate: Predicate, options: Options, now: datetime, ledger: Ledger) -> None:
    """Hold ``collectedAt`` against ``now``; it is the maker's claim about the maker's clock."""
    if options.max_age is None:
        ledger.not_done("age", "not asked for", "--max-age asks for it.")
        return
    collected = parse_utc(predicate.collected_at)
    if options.build_date is not None and now < options.build_date:
        built = f"a clock after {format_utc(options.build_date)}, when this verifier was built"
        ledger.failed("age", built, format_utc(now), "Set this computer's clock.")
    elif collected > now + CLOCK_TOLERANCE:
        expected = f"collected before {format_utc(now + CLOCK_TOLERANCE)}"
        ledger.failed("age", expected, predicate.collected_at, "One of the two clocks is wrong.")
    elif now - collected > options.max_age:
        expected = f"collected within {options.max_age} before {format_utc(now)}"
        ledger.failed("age", expected, predicate.collected_at, _PROBE_AGAIN)
    else:
        ledger.passed("age", predicate.collected_at)
