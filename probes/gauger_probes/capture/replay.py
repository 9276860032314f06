"""Gives back what native probes answered when a machine was captured; loads nothing native."""

from __future__ import annotations

import json

from gauger_probes.evidence.codec import from_json
from gauger_probes.result import Context, Result
from gauger_probes.sysfs import read_bytes


def devices(context: Context) -> Result:
    """Return the recorded answers of device nodes (``dev.json``).

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not such a recording.
    """
    return _recorded(context, "dev.json")


def nvml(context: Context) -> Result:
    """Return the recorded answers of NVML (``nvml.json``), errors included.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not such a recording.
    """
    return _recorded(context, "nvml.json")


def _recorded(context: Context, name: str) -> Result:
    return from_json(Result, json.loads(read_bytes(context.roots, name)))
