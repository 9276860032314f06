"""Which PCI functions are accelerators although their class does not say so.

The list is data, ``other_classes.toml`` beside this module, each entry with its source.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def listed() -> frozenset[str]:
    """Return the ``vendor:device`` numbers of the list, lower-case hex."""
    text = files("gauger_probes.accelerators").joinpath("other_classes.toml").read_text("utf-8")
    return frozenset(str(entry["id"]) for entry in tomllib.loads(text)["device"])
