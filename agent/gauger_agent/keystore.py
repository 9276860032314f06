"""This machine's own key: made on first use, kept in the state folder, trusted by its verifier."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from gauger_agent.errors import InputUnreadable, OutputUnwritable, UsageError
from gauger_agent.passphrase import Passphrases
from gauger_agent.sign import file_key
from gauger_agent.sign.registry import load_signer
from gauger_agent.sign.signer import Signer, WrongPassphraseError
from gauger_agent.state import StateFolder
from gauger_agent.trust.load import revoked_keys
from gauger_agent.verify.keys import Algorithm, TrustedKey, trusted_key
from gauger_agent.write import move_new, write_atomic

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

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


def prepare(state: StateFolder, passphrases: Passphrases) -> None:
    """Find out whether signing will work, before any time is spent on probing.

    Nothing is unlocked and nobody asked yet: probes run native libraries, beside which no
    passphrase should lie in memory.

    Raises:
        OutputUnwritable: the folders that a key needs cannot be made.
        InputUnreadable, UsageError: the key cannot be read, is locked with nobody to ask for its
            passphrase, or is revoked.
    """
    _make_folders(state)
    if not state.default_key.exists():
        if passphrases.file is not None:
            passphrases.check()
        return
    if file_key.is_locked(state.default_key):
        passphrases.check()
        if not file_key.states_public(state.default_key):
            return  # only its passphrase tells whose key it is; looked up again when it signs
    _refuse_revoked(state, own_public(state, passphrases))


def make(
    state: StateFolder,
    algorithm: Algorithm = Algorithm.ED25519,
    passphrase: bytes | None = None,
) -> Signer:
    """Make this machine's key and let its own verifier trust it.

    Raises:
        OutputUnwritable: there is one already, or it cannot be written.
    """
    _make_folders(state)
    key = file_key.create(state.default_key, algorithm, passphrase)
    pem = key.public_pem()
    name = f"own-{hashlib.sha256(pem).hexdigest()[:12]}.pem"
    write_atomic(state.trusted / name, pem)
    return key


def own_key(state: StateFolder, passphrases: Passphrases) -> OwnKey:
    """Return this machine's key; make one where there is none.

    One that is made is locked if a passphrase lies in a file; nobody is asked for one.

    Raises:
        OutputUnwritable, InputUnreadable, UsageError: it cannot be made, read or used.
    """
    if not state.default_key.exists():
        chosen = None if passphrases.file is None else passphrases.chosen()
        return OwnKey(make(state, passphrase=chosen), made_now=True)
    return OwnKey(existing_key(state, passphrases), made_now=False)


def existing_key(state: StateFolder, passphrases: Passphrases) -> Signer:
    """Return this machine's key, which is there already.

    Raises:
        InputUnreadable: there is no key, or it cannot be read.
        UsageError: it is no key, its passphrase is not at hand, or it is revoked.
    """
    _need(state)
    signer = _unlocked(state.default_key, passphrases)
    _refuse_revoked(state, trusted_key(signer.public_pem(), "own"))
    return signer


def own_public(state: StateFolder, passphrases: Passphrases) -> TrustedKey:
    """Return the public half of this machine's key, called ``own``.

    Raises:
        InputUnreadable: there is no key, or it cannot be read.
        UsageError: it is no key, or locked and does not say its public half.
    """
    return trusted_key(own_public_pem(state, passphrases), "own")


def own_public_pem(state: StateFolder, passphrases: Passphrases) -> bytes:
    """Return the public half of this machine's key in PEM.

    Raises:
        InputUnreadable, UsageError: as :func:`own_public`.
    """
    _need(state)
    return file_key.public_pem(state.default_key, passphrases.existing)


def retire(state: StateFolder, key: TrustedKey) -> Path | None:
    """Revoke ``key`` here, and put this machine's own key away if it is that one.

    Returns where the private key lies now: kept, so that nothing is lost by mistake, and never
    used again. ``None`` where ``key`` is another's.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    _make_folders(state)
    label = _UNSAFE.sub("_", key.label).strip("._-")[:64] or "key"
    write_atomic(state.revoked / f"{label}-{key.spki_sha256[:12]}.pem", key.pem)
    if not _is_own(state, key):
        return None
    place = state.default_key.with_name(f"retired-{key.spki_sha256[:12]}.pem")
    move_new(state.default_key, place)
    return place


def _need(state: StateFolder) -> None:
    if not state.default_key.exists():
        message = f"there is no key at {state.default_key}"
        raise InputUnreadable(message, "make one: gauger keys new")


def _is_own(state: StateFolder, key: TrustedKey) -> bool:
    path = state.default_key
    if not path.exists() or (file_key.is_locked(path) and not file_key.states_public(path)):
        return False
    return trusted_key(file_key.public_pem(path), "own").spki_sha256 == key.spki_sha256


def _make_folders(state: StateFolder) -> None:
    for folder in (state.default_key.parent, state.trusted, state.revoked):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputUnwritable(
                f"cannot make {folder}: {problem.strerror}", "set GAUGER_HOME to a folder of yours"
            ) from problem


def _unlocked(path: Path, passphrases: Passphrases) -> Signer:
    for _ in range(passphrases.attempts - 1):
        try:
            return load_signer("file", path, passphrases.existing)
        except WrongPassphraseError:
            continue
    return load_signer("file", path, passphrases.existing)


def _refuse_revoked(state: StateFolder, own: TrustedKey) -> None:
    if own.spki_sha256 in {key.spki_sha256 for key in revoked_keys(state)}:
        raise UsageError(
            f"this machine's key {own.keyid} is revoked: a signature by it counts for nothing",
            "Retire it and make another: gauger keys retire, gauger keys new",
        )
