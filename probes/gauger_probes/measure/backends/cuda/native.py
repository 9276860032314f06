"""A foreign library whose functions are all named in a table, loaded by its real path.

Functions are looked up and typed once, when the library is opened, so that one which lacks
something is noticed before anything depends on it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A function: its symbol, the types of its arguments and of its answer, what we use it for."""

    symbol: str
    arguments: tuple[Any, ...]
    use: str
    answer: Any = ctypes.c_int


class Library:
    """An opened library; ``path`` is the file itself."""

    def __init__(self, path: Path, calls: Iterable[Call]) -> None:
        """Load ``path`` and find all of ``calls`` in it.

        Raises:
            LookupError: it cannot be loaded, or lacks a function; the message says which.
        """
        self.path = path
        try:
            loaded = ctypes.CDLL(str(path))
        except OSError as problem:
            raise LookupError(f"{path} cannot be loaded: {problem}") from problem
        self._functions = {call.symbol: _typed(loaded, path, call) for call in calls}

    def call(self, symbol: str, *arguments: Any) -> Any:
        """Call a function of the table."""
        return self._functions[symbol](*arguments)


def _typed(loaded: ctypes.CDLL, path: Path, call: Call) -> Any:
    try:
        function = getattr(loaded, call.symbol)
    except AttributeError as problem:
        raise LookupError(f"{path} has no {call.symbol}: it is too old") from problem
    function.argtypes = call.arguments
    function.restype = call.answer
    return function
