"""Which platform devices are accelerators although no node says so, and which nodes are of none.

The list is data, ``platform_devices.toml`` beside this module, each entry with its source.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _entries(table: str, key: str) -> tuple[str, ...]:
    text = files("gauger_probes.accelerators").joinpath("platform_devices.toml").read_text("utf-8")
    return tuple(str(entry[key]) for entry in tomllib.loads(text)[table])


def drivers() -> tuple[str, ...]:
    """Return the drivers whose devices are all listed."""
    return _entries("driver", "name")


def is_pseudo(device: str) -> bool:
    """Return whether the device of this name owns a node and is no hardware of its own."""
    return any(re.fullmatch(pattern, device) for pattern in _entries("pseudo", "pattern"))
