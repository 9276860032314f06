"""Which USB devices are cameras although no interface of theirs says so.

The list is data, ``known_usb.toml`` beside this module, each entry with its source.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from gauger_probes.evidence.camera import UsbId


@cache
def _listed() -> frozenset[str]:
    text = files("gauger_probes.cameras").joinpath("known_usb.toml").read_text("utf-8")
    return frozenset(str(entry["id"]) for entry in tomllib.loads(text)["device"])


def is_known(usb: UsbId | None) -> bool:
    """Return whether the device with these ids is a camera by the list."""
    return usb is not None and f"{usb.vendor}:{usb.product}" in _listed()
