"""The table of signers: one line of text per kind of key, so that listing them imports nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gauger_agent.errors import UsageError
from gauger_agent.sign.signer import Signer, Unlock


@dataclass(frozen=True, slots=True)
class SignerSpec:
    """One kind of key.

    ``target`` is ``module:function``, called with the key's path and the way to its passphrase.
    """

    name: str
    target: str


SIGNERS: tuple[SignerSpec, ...] = (SignerSpec("file", "gauger_agent.sign.file_key:load"),)


def load_signer(name: str, path: Path, unlock: Unlock | None = None) -> Signer:
    """Return the signer of kind ``name`` with the key at ``path``; ``unlock`` gives its passphrase.

    Raises:
        WrongPassphraseError: the passphrase does not open it.
        UsageError: there is no such kind, or the key is not usable.
        InputUnreadable: the key cannot be read.
    """
    targets = {spec.name: spec.target for spec in SIGNERS}
    if name not in targets:
        raise UsageError(f"no signer {name!r}", "Choose one of: " + ", ".join(targets))
    module, _, function = targets[name].partition(":")
    loader = getattr(importlib.import_module(module), function)
    return cast(Callable[[Path, Unlock | None], Signer], loader)(path, unlock)
