"""Serial numbers that are none: what makers leave in firmware when they set nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def _known() -> frozenset[str]:
    raw = resources.files("gauger_agent").joinpath("placeholders.toml").read_text("utf-8")
    return frozenset(item.casefold() for item in tomllib.loads(raw)["values"])


def is_placeholder(text: str) -> bool:
    """Return whether ``text`` identifies nothing: a known filler, or one character repeated."""
    bare = text.strip().casefold()
    return bare in _known() or len(set(bare) - set("-: ._")) <= 1
