"""Last part of verifying: whether this verifier, now, accepts an authentic manifest."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from gauger_agent.manifest.statement import Mode, Predicate
from gauger_agent.manifest.times import format_utc, parse_utc
from gauger_agent.verify.assurance import level
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options

#: The distinct trusted keys that signed.
Keys: TypeAlias = Sequence[TrustedKey]

#: How far the maker's clock may run ahead of the verifier's.
CLOCK_TOLERANCE = timedelta(minutes=5)

_ANOTHER = "Ask the other party to countersign: gauger countersign FILE"
_PROBE_AGAIN = "Have the machine probed again."


def check_mode(predicate: Predicate, options: Options, ledger: Ledger) -> None:
    """Refuse what was read from a captured tree, unless told to accept it."""
    if predicate.mode is Mode.CAPTURED and not options.accept_captured:
        advice = "It was not made on a running machine; --accept-captured reads it nevertheless."
        ledger.failed("mode", Mode.LIVE.value, predicate.mode.value, advice)
    else:
        ledger.passed("mode", predicate.mode.value)


def check_threshold(keys: Keys, options: Options, ledger: Ledger) -> None:
    """Count distinct keys, never signatures: one key that signs twice is one."""
    found = f"{len(keys)} of {options.threshold}: {_labels(keys)}"
    if len(keys) >= options.threshold:
        ledger.passed("threshold", found)
    else:
        ledger.failed("threshold", f"{options.threshold} distinct trusted keys", found, _ANOTHER)


def check_roles(keys: Keys, options: Options, ledger: Ledger) -> None:
    """Hold the roles that are asked for against those of the keys, as the verifier knows them."""
    if not options.roles:
        ledger.not_done("role", "not asked for", "A policy file asks for roles.")
        return
    held = [key.role for key in keys if key.role is not None]
    missing = [role for role in options.roles if role not in held]
    found = ", ".join(f"{key.label}: {key.role or 'no role'}" for key in keys)
    if missing:
        ledger.failed("role", "signed by " + ", ".join(options.roles), found, _ANOTHER)
    else:
        ledger.passed("role", found)


def check_assurance(keys: Keys, options: Options, ledger: Ledger) -> None:
    """Ask the level of as many keys as have to sign, and of every role that has to."""
    good = [key for key in keys if level(key).rank >= options.assurance.rank]
    unmet = [role for role in options.roles if role not in [key.role for key in good]]
    unmet = [role for role in unmet if role in [key.role for key in keys]]  # else: check_roles
    found = ", ".join(f"{key.label}: {level(key)}" for key in keys)
    if unmet or len(good) < min(options.threshold, len(keys)):  # fewer: check_threshold
        expected = f"{options.assurance} of {options.threshold} keys"
        advice = "The policy asks for more than these keys show: ask for another signature."
        ledger.failed("assurance", expected, found, advice)
    else:
        ledger.passed("assurance", found)


def check_agent(predicate: Predicate, options: Options, ledger: Ledger) -> None:
    """Compare the digest that the program states of itself with those that are accepted."""
    digest = predicate.agent.digest
    if not options.agents:
        ledger.not_done("agent", "not asked for", "A policy file names the accepted programs.")
    elif digest in options.agents:
        ledger.passed("agent", digest)
    else:
        advice = "It was made by another build, or a changed one: ask which."
        ledger.failed("agent", "one of " + ", ".join(options.agents), digest, advice)


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


def _labels(keys: Keys) -> str:
    return ", ".join(key.label for key in keys)
