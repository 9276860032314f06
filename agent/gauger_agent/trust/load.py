"""Reads the public keys that the verifier already has, from PEM files or the state folder.

A key that cannot be used is an error and never skipped: a verifier that silently trusts less
than it was told gives the wrong refusal, and one that skips a revocation trusts too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.manifest.limits import MAX_KEY_FILE
from gauger_agent.read import read_bounded
from gauger_agent.state import StateFolder
from gauger_agent.verify.keys import KeyRefusedError, TrustedKey, trusted_key
from gauger_probes.text import clean


def from_files(paths: Iterable[Path]) -> tuple[TrustedKey, ...]:
    """Return the keys in ``paths`` (public keys in PEM), each once, named after its file.

    Raises:
        InputUnreadable: a file cannot be read.
        UsageError: a file does not hold one Ed25519 or P-256 public key.
    """
    keys: dict[str, TrustedKey] = {}
    for path in paths:
        key = _from_file(path)
        keys.setdefault(key.spki_sha256, key)
    return tuple(keys.values())


def from_state(state: StateFolder) -> tuple[TrustedKey, ...]:
    """Return the keys in ``trusted.d``, in order of name; revoked ones are among them.

    A folder that does not exist holds no key.

    Raises:
        InputUnreadable: a folder or a file in it cannot be read.
        UsageError: a file does not hold one Ed25519 or P-256 public key.
    """
    return from_files(_pem_files(state.trusted))


def pack_keys(state: StateFolder) -> tuple[TrustedKey, ...]:
    """Return the keys that packs are believed by; revoked ones are among them.

    Raises:
        InputUnreadable: a folder or a file in it cannot be read.
        UsageError: a file does not hold one Ed25519 or P-256 public key.
    """
    return from_files(_pem_files(state.pack_keys))


def revoked_keys(state: StateFolder) -> tuple[TrustedKey, ...]:
    """Return the keys in ``revoked.d``: believed no longer, whatever else names them.

    Raises:
        InputUnreadable: a folder or a file in it cannot be read.
        UsageError: a file does not hold one Ed25519 or P-256 public key.
    """
    return from_files(_pem_files(state.revoked))


def _pem_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".pem")
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "Check the folder and its permissions."
        raise InputUnreadable(f"cannot read {folder}: {reason}", advice) from error


def _from_file(path: Path) -> TrustedKey:
    pem = read_bounded(path, MAX_KEY_FILE)
    advice = "Give a public key in PEM: gauger keys export > PUB.pem"
    if len(pem) > MAX_KEY_FILE:
        raise UsageError(f"{path}: longer than {MAX_KEY_FILE} bytes, not a public key", advice)
    try:
        return trusted_key(pem, clean(path.stem) or "key")
    except KeyRefusedError as error:
        raise UsageError(f"{path}: {error}", advice) from error
