"""Brings two machines' numbers into one form: both plain, or both digested with one key."""

from __future__ import annotations

from gauger_agent.manifest.statement import Privacy
from gauger_agent.private import ShipmentKey
from gauger_probes.evidence.document import Evidence


class UnlikeError(ValueError):
    """The numbers of the two cannot be compared; the message says why and what to do."""


def alike(
    before: tuple[Evidence, Privacy | None],
    after: tuple[Evidence, Privacy | None],
    key: ShipmentKey | None,
) -> tuple[Evidence, Evidence]:
    """Return both evidences with comparable numbers; a plain one beside a private one is digested.

    Raises:
        UnlikeError: different keys, or one is private and ``key`` is not its key.
    """
    used = {privacy for _, privacy in (before, after) if privacy is not None}
    if len(used) > 1:
        raise UnlikeError("their numbers are digested with different shipment keys")
    if not used or None not in (before[1], after[1]):
        return before[0], after[0]
    if key is None:
        raise UnlikeError(
            "the numbers are keyed digests; give the shipment's key: --private KEYFILE"
        )
    if key.privacy not in used:
        raise UnlikeError("the key of --private is not the one that the numbers are digested with")
    return key.hide(before[0]), key.hide(after[0])
