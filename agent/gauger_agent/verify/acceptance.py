"""Whether this verifier accepts an authentic manifest: who signed, how, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from gauger_agent.manifest.statement import Mode, Predicate
from gauger_agent.verify.assurance import level
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options

#: The distinct trusted keys that signed.
Keys: TypeAlias = Sequence[TrustedKey]

_ANOTHER = "Ask the other party to countersign: gauger countersign FILE"


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
        expected = f"{options.assurance} by {options.threshold} of the keys"
        expected += f", {', '.join(options.roles)} among them" if options.roles else ""
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


def _labels(keys: Keys) -> str:
    return ", ".join(key.label for key in keys)
