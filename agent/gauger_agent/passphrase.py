"""Where the passphrase of a key comes from: a file, or a person at a terminal.

Never from the command line or the environment, which every process of the machine can read, nor
from the configuration of the service that starts us.
"""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from pathlib import Path

from gauger_agent.errors import UsageError
from gauger_agent.read import read_bounded

#: Longest passphrase, in bytes.
MAX_PASSPHRASE = 1024
#: How often a person may mistype.
ATTEMPTS = 3

_ADVICE = "Give it in a file: --passphrase-file FILE"


@dataclass(frozen=True, slots=True)
class Passphrases:
    """Gives passphrases out of ``file``; without one, whoever sits at the terminal is asked."""

    file: Path | None = None

    @property
    def attempts(self) -> int:
        """How often asking again can help."""
        return 1 if self.file is not None else ATTEMPTS

    def check(self) -> None:
        """Refuse early what :meth:`existing` would refuse.

        Raises:
            InputUnreadable, UsageError: no usable file and no terminal.
        """
        if self.file is not None:
            _from(self.file)
        else:
            _need_terminal("the private key is locked by a passphrase")

    def existing(self) -> bytes:
        """Return the passphrase of a key that there is (UTF-8, not empty).

        Raises:
            InputUnreadable, UsageError: no usable file and no terminal.
        """
        if self.file is not None:
            return _from(self.file)
        _need_terminal("the private key is locked by a passphrase")
        return _accepted(_typed("Passphrase of the signing key: "))

    def chosen(self) -> bytes:
        """Return the passphrase for a new key; a person has to type it twice.

        Raises:
            InputUnreadable, UsageError: no usable file and no terminal, or typed unlike.
        """
        if self.file is not None:
            return _from(self.file)
        _need_terminal("nobody to ask for a passphrase")
        first = _typed("New passphrase: ")
        if _typed("The same again: ") != first:
            raise UsageError("the two passphrases differ", "Try again.")
        return _accepted(first)


def _from(file: Path) -> bytes:
    """Return the file's first line; an editor ends it with a line break, which is not meant."""
    data = read_bounded(file, MAX_PASSPHRASE)
    if len(data) > MAX_PASSPHRASE:
        raise UsageError(f"{file}: longer than {MAX_PASSPHRASE} bytes, not a passphrase")
    text = data.removesuffix(b"\n").removesuffix(b"\r")
    if b"\n" in text:
        raise UsageError(f"{file}: more than one line, not a passphrase")
    return _accepted(text, f"{file}: ")


def _typed(prompt: str) -> bytes:
    try:
        return getpass.getpass(prompt).encode("utf-8", "surrogateescape")
    except EOFError:
        raise UsageError("no passphrase was typed", _ADVICE) from None


def _accepted(passphrase: bytes, where: str = "") -> bytes:
    if not passphrase:
        raise UsageError(f"{where}the passphrase is empty", "Choose one of several words.")
    return passphrase


def _need_terminal(why: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(why, _ADVICE)
