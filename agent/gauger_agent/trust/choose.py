"""Whom a command believes: ``--key``, else ``--policy``, else ``trusted.d``; ``revoked.d`` always.

With both, ``--key`` narrows the keys, the policy's demands stand, and what it says about those
keys (label, role, HSM) is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from gauger_agent.state import StateFolder
from gauger_agent.trust.load import from_files, from_state, revoked_keys
from gauger_agent.trust.material import Material
from gauger_agent.trust.policy import Policy, read_policy
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.options import Options


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys that are believed, those that are revoked, and the policy file if there is one."""

    keys: tuple[TrustedKey, ...]
    revoked: tuple[TrustedKey, ...]
    policy: Policy | None = None

    @property
    def material(self) -> Material:
        """What a comparison counts as material."""
        return Material() if self.policy is None else self.policy.material

    @property
    def packs(self) -> tuple[str, ...]:
        """The packs that the policy judges by; none named means every pack in force."""
        return () if self.policy is None else self.policy.packs

    def options(
        self,
        *,
        nonce: str | None = None,
        max_age: timedelta | None = None,
        accept_captured: bool = False,
    ) -> Options:
        """Return what to ask of a manifest: the policy's demands, and those of the command line.

        Of two ages the shorter counts; a captured tree is accepted if either says so.
        """
        plain = Options(
            self.keys,
            self.revoked,
            nonce=nonce,
            max_age=max_age,
            accept_captured=accept_captured,
        )
        policy = self.policy
        if policy is None:
            return plain
        ages = [age for age in (max_age, policy.max_age) if age is not None]
        return replace(
            plain,
            max_age=min(ages, default=None),
            accept_captured=accept_captured or policy.accept_captured,
            threshold=policy.threshold,
            roles=policy.roles,
            assurance=policy.assurance,
            agents=policy.agents,
        )


def choose(keys: Sequence[Path] | None, policy: Path | None, state: StateFolder) -> Trust:
    """Return whom to believe by the files of the command line, else by the state folder.

    Raises:
        InputUnreadable: a file cannot be read.
        UsageError: a key or the policy cannot be used.
    """
    read = None if policy is None else read_policy(policy)
    revoked = revoked_keys(state)
    if keys:
        return Trust(_as_the_policy_says(from_files(keys), read), revoked, read)
    if read is not None:
        return Trust(read.keys, revoked, read)
    return Trust(from_state(state), revoked)


def _as_the_policy_says(
    keys: tuple[TrustedKey, ...], policy: Policy | None
) -> tuple[TrustedKey, ...]:
    known = {} if policy is None else {key.spki_sha256: key for key in policy.keys}
    return tuple(known.get(key.spki_sha256, key) for key in keys)
