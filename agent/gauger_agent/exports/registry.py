"""The table of export formats: one line of text each, so that listing them imports nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from gauger_agent.trust.choose import Trust


@dataclass(frozen=True, slots=True)
class ExportSpec:
    """One format.

    ``target`` is ``module:function``, called with the file's bytes and whom to believe; it returns
    the bytes to write. ``suffix`` ends the name of what it writes.
    """

    name: str
    target: str
    suffix: str
    help: str


EXPORTS: tuple[ExportSpec, ...] = (
    ExportSpec(
        "bundle",
        "gauger_agent.exports.bundle:export",
        ".sigstore.json",
        "a Sigstore bundle v0.3 with one signature, for cosign and its kin",
    ),
)


def export(spec: ExportSpec, data: bytes, trust: Trust) -> bytes:
    """Return the manifest in ``data`` in the format of ``spec``.

    Raises:
        GaugerError: as the format's function says.
    """
    module, _, function = spec.target.partition(":")
    target = getattr(importlib.import_module(module), function)
    return cast(Callable[[bytes, Trust], bytes], target)(data, trust)
