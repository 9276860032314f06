"""Pack files as their authors write them, in TOML: read, and held against the packs beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gauger_agent.errors import UsageError
from gauger_agent.read import read_bounded
from gauger_thresholds.packs.lint import problems
from gauger_thresholds.packs.load import MAX_PACK, PackError, read_pack
from gauger_thresholds.packs.model import LoadedPack


def read_file(path: Path) -> LoadedPack:
    """Return the pack in the file at ``path``.

    Raises:
        InputUnreadable: it cannot be read.
        UsageError: it is no pack.
    """
    raw = read_bounded(path, MAX_PACK)
    try:
        return read_pack(path.name, raw)
    except PackError as problem:
        raise UsageError(str(problem), "see docs/guides/add-a-pack.md") from problem


def refuse_unsound(given: Sequence[LoadedPack], held: Sequence[LoadedPack]) -> None:
    """Check ``given`` together with those of ``held`` that it does not replace.

    Raises:
        UsageError: something is wrong with a pack; the message has every problem.
    """
    replaced = {item.pack.id for item in given}
    others = [item for item in held if item.pack.id not in replaced]
    found = problems([item.pack for item in (*given, *others)])
    if found:
        raise UsageError("; ".join(found), "mend the pack, or ask whoever made it")
