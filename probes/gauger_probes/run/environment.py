"""What the runner's own surroundings are: its rights, and variables that could mislead a probe."""

from __future__ import annotations

from collections.abc import Mapping

from gauger_probes.evidence.coverage import Privilege

#: Prefixes of variables by which a caller could make a child load or believe something else.
MISLEADING = ("LD_", "PYTHON")


def misleading(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the set variables that no probe gets to see, sorted; never values."""
    return tuple(sorted(name for name in environment if name.startswith(MISLEADING)))


def privilege(effective_uid: int, environment: Mapping[str, str]) -> Privilege:
    """Return with whose rights the probes run; systemd gives services an ``INVOCATION_ID``."""
    if effective_uid == 0:
        return Privilege.ROOT
    return Privilege.SERVICE if "INVOCATION_ID" in environment else Privilege.USER
