"""The table of signers: one line of text per kind of key, so that listing them imports nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gauger_agent.errors import UsageError
from gauger_agent.sign.signer import Signer


@dataclass(frozen=True, slots=True)
class SignerSpec:
    """One kind of key; ``target`` is ``module:function``, called with the key's path."""

    name: str
    target: str


SIGNERS: tuple[SignerSpec, ...] = (SignerSpec("file", "gauger_agent.sign.file_key:load"),)


def load_signer(name: str, path: Path) -> Signer:
    """Return the signer of kind ``name`` whose key is at ``path``.

    Raises:
        UsageError: there is no such kind, or the key is not usable.
        InputUnreadable: the key cannot be read.
    """
    targets = {spec.name: spec.target for spec in SIGNERS}
    if name not in targets:
        raise UsageError(f"no signer {name!r}", "Choose one of: " + ", ".join(targets))
    module, _, function = targets[name].partition(":")
    load = cast(Callable[[Path], Signer], getattr(importlib.import_module(module), function))
    return load(path)
