"""This machine's own key: made on first use, kept in the state folder, trusted by its verifier."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gauger_agent.errors import OutputUnwritable
from gauger_agent.sign.file_key import create
from gauger_agent.sign.registry import load_signer
from gauger_agent.sign.signer import Signer
from gauger_agent.state import StateFolder
from gauger_agent.write import write_atomic

#: What a signature with such a key is worth; carried in the manifest (``context.keyNote``).
_WORTH = (
    "It shows that the holder of the key stated these facts and that they were not altered since; "
    "not which machine was probed, nor that its operating system told the truth."
)
_MADE_HERE = (
    f"File key made on first run by the machine under test: proves little by itself. {_WORTH}"
)
_HELD_HERE = f"File key held by the machine under test. {_WORTH}"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The signer, whether it was made just now, and what its signature is worth."""

    signer: Signer
    made_now: bool

    @property
    def note(self) -> str:
        """One honest sentence for the manifest."""
        return _MADE_HERE if self.made_now else _HELD_HERE


def prepare(state: StateFolder) -> None:
    """Make the folders that a key will need, before any time is spent on probing.

    Raises:
        OutputUnwritable: they cannot be made.
    """
    for folder in (state.default_key.parent, state.trusted):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputUnwritable(
                f"cannot make {folder}: {problem.strerror}", "set GAUGER_HOME to a folder of yours"
            ) from problem


def make(state: StateFolder) -> Signer:
    """Make this machine's key and let its own verifier trust it.

    Raises:
        OutputUnwritable: there is one already, or it cannot be written.
    """
    prepare(state)
    key = create(state.default_key)
    pem = key.public_pem()
    name = f"own-{hashlib.sha256(pem).hexdigest()[:12]}.pem"
    write_atomic(state.trusted / name, pem)
    return key


def own_key(state: StateFolder) -> OwnKey:
    """Return this machine's key; make one where there is none.

    Raises:
        OutputUnwritable, InputUnreadable, UsageError: it cannot be made, read or used.
    """
    if state.default_key.exists():
        return OwnKey(load_signer("file", state.default_key), made_now=False)
    return OwnKey(make(state), made_now=True)
