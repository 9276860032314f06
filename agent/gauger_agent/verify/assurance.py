"""What signatures show about where their keys are kept; computed here, never read from a manifest.

A signature cannot show that its key is in an HSM: the verifier's policy says so, key by key.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gauger_agent.verify.keys import TrustedKey


class Assurance(StrEnum):
    """From least to most. Nothing reaches the last two yet: TPM evidence is not checked."""

    FILE_KEY = "fileKey"
    HARDWARE_KEY = "hardwareKey"
    TPM_KEY = "tpmKey"
    TPM_QUOTED = "tpmQuoted"

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return list(Assurance).index(self)


def level(key: TrustedKey) -> Assurance:
    """Return what a signature by ``key`` shows."""
    return Assurance.HARDWARE_KEY if key.hsm else Assurance.FILE_KEY


def reached(keys: Iterable[TrustedKey], threshold: int) -> Assurance:
    """Return the highest level that ``threshold`` of the distinct ``keys`` reach (the least of all
    where they are fewer).

    Raises:
        ValueError: there is no key.
    """
    levels = sorted((level(key) for key in keys), key=lambda item: -item.rank)
    if not levels:
        raise ValueError("no key signed")
    return levels[min(threshold, len(levels)) - 1]
