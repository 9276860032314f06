"""The rules by name with the exit code that breaking each one means, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gauger_agent.errors import refusal
from gauger_agent.exit_codes import ExitCode
from gauger_agent.verify.check import Check, CheckStatus
from gauger_probes.text import clean

#: Every rule in the order of :mod:`gauger_agent.verify.core`, and its exit code when broken.
RULES: Mapping[str, ExitCode] = MappingProxyType(
    {
        "envelope": ExitCode.NOT_AUTHENTIC,
        "payloadType": ExitCode.NOT_AUTHENTIC,
        "signature": ExitCode.NOT_AUTHENTIC,
        "signer": ExitCode.NOT_BELIEVED,
        "revocation": ExitCode.NOT_BELIEVED,
        "statement": ExitCode.NOT_AUTHENTIC,
        "predicateType": ExitCode.NOT_AUTHENTIC,
        "schemaVersion": ExitCode.NOT_AUTHENTIC,
        "predicate": ExitCode.NOT_AUTHENTIC,
        "fingerprint": ExitCode.NOT_AUTHENTIC,
        "evidence": ExitCode.NOT_AUTHENTIC,
        "coverage": ExitCode.NOT_AUTHENTIC,
        "mode": ExitCode.NOT_BELIEVED,
        "threshold": ExitCode.NOT_BELIEVED,
        "role": ExitCode.NOT_BELIEVED,
        "assurance": ExitCode.NOT_BELIEVED,
        "agent": ExitCode.NOT_BELIEVED,
        "nonce": ExitCode.NOT_FRESH,
        "clock": ExitCode.NOT_FRESH,
        "ahead": ExitCode.NOT_FRESH,
        "age": ExitCode.NOT_FRESH,
        "lastSeen": ExitCode.NOT_FRESH,
    }
)


class Ledger:
    """Collects the checks of one manifest. A rule that is never reached counts as not done."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def passed(self, name: str, found: str | None = None) -> None:
        """Record that the rule ``name`` holds."""
        self._record(Check(name, CheckStatus.PASSED, found=_shown(found)))

    def failed(self, name: str, expected: str, found: str, advice: str) -> None:
        """Record that the rule ``name`` is broken."""
        self._record(Check(name, CheckStatus.FAILED, _shown(expected), _shown(found), advice))

    def not_done(self, name: str, found: str, advice: str | None = None) -> None:
        """Record that the rule ``name`` was not applied, and why."""
        self._record(Check(name, CheckStatus.NOT_DONE, found=_shown(found), advice=advice))

    def _record(self, check: Check) -> None:
        if check.name not in RULES or check.name in self._checks:
            raise RuntimeError(f"check {check.name!r} is unknown or recorded twice")
        self._checks[check.name] = check

    def checks(self) -> tuple[Check, ...]:
        """Return one check for each rule, in their order."""
        unreached = CheckStatus.NOT_DONE
        return tuple(
            self._checks.get(name) or Check(name, unreached, found="not reached") for name in RULES
        )

    def settle(self) -> None:
        """Raise if a rule is broken.

        Raises:
            Refused: the subclass for the gravest failure, carrying every check.
        """
        codes = [RULES[check.name] for check in self._checks.values() if check.failed]
        if codes:
            raise refusal(self.checks(), codes)


def _shown(text: str | None) -> str | None:
    return None if text is None else clean(text)
