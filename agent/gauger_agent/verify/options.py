"""What the verifier asks of a manifest beyond being authentic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gauger_agent.manifest.statement import is_nonce
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.keys import TrustedKey


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest manifest of one machine that this verifier has seen."""

    collected_at: datetime
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class Options:
    """The keys that are believed, and what was asked for; the defaults ask for one signature.

    ``revoked``: keys whose signatures never count, even if ``trusted`` names them. ``nonce``: 64
    lower-case hex digits that this verifier gave out. ``max_age``: longest time since
    ``collectedAt``. ``build_date``: when the verifier was built; a clock before it is wrong,
    as is one before ``last_used``. ``seen``: the last manifest by the fingerprint's roll-up.
    ``threshold``: how many distinct keys must have signed. ``roles``: each must be held by one of
    them. ``assurance``: what that many keys, and those of the roles, must show at least.
    ``agents``: digests (hex) of the programs that are accepted; none named accepts all.

    Raises:
        ValueError: a malformed nonce, a negative age, a threshold below 1, or a build date
            without a zone.
    """

    trusted: tuple[TrustedKey, ...]
    revoked: tuple[TrustedKey, ...] = ()
    nonce: str | None = None
    max_age: timedelta | None = None
    accept_captured: bool = False
    build_date: datetime | None = None
    last_used: datetime | None = None
    seen: Mapping[str, Seen] = field(default_factory=dict)
    threshold: int = 1
    roles: tuple[str, ...] = ()
    assurance: Assurance = Assurance.FILE_KEY
    agents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.nonce is not None and not is_nonce(self.nonce):
            raise ValueError("a nonce is 64 lower-case hex digits")
        if self.max_age is not None and self.max_age < timedelta(0):
            raise ValueError("an age cannot be negative")
        for moment in (self.build_date, self.last_used):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a build date and a last use need a zone")
        if self.threshold < 1:
            raise ValueError("a threshold is at least 1")
