"""Which changes of which parts a comparison of two manifests counts as material.

By default: an accelerator or a camera that was added, removed or replaced. A policy file says
otherwise kind by kind; a kind that it does not name keeps its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from gauger_agent.fingerprint import Kind


class Change(StrEnum):
    """What can have become of a part, in the words of ``gauger compare --json``."""

    MOVED = "moved"
    UPDATED = "updated"
    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"


_ANOTHER_PART = frozenset({Change.ADDED, Change.REMOVED, Change.REPLACED})
_DEFAULT: Mapping[Kind, frozenset[Change]] = MappingProxyType(
    {Kind.ACCELERATOR: _ANOTHER_PART, Kind.CAMERA: _ANOTHER_PART}
)


@dataclass(frozen=True, slots=True)
class Material:
    """The changes that are material, by kind of part."""

    changes: Mapping[Kind, frozenset[Change]] = field(default_factory=lambda: _DEFAULT)

    def counts(self, kind: Kind | str, change: Change | str) -> bool:
        """Return whether ``change`` of a part of ``kind`` is material.

        Words that are none of ours (``same``, ``unknown``) never are.
        """
        return change in self.changes.get(Kind(kind), frozenset())

    def with_changes(self, given: Mapping[Kind, frozenset[Change]]) -> Material:
        """Return these with the kinds that ``given`` names replaced."""
        return Material({**self.changes, **given})
