"""Reads one row of a catalogue file key by key, and refuses what nobody asked for.

Pure: a row is a TOML table whose numbers are ``int`` or ``Decimal``. Each message says what is
wrong and what to do; the caller adds the file and the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)

_ROW_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*/[a-z0-9]+(?:[-.][a-z0-9]+)*")


class RowError(ValueError):
    """A row cannot be used; the message says what is wrong with it and what to do."""


class Fields:
    """One table; every key that a reader takes is remembered, so that a stray one is found."""

    def __init__(self, table: Mapping[str, object]) -> None:
        self._table = table
        self._taken: set[str] = set()

    def has(self, key: str) -> bool:
        """Return whether the row states ``key``."""
        return key in self._table

    def raw(self, key: str) -> object:
        """Return the value of ``key``, ``None`` where the row lacks it."""
        self._taken.add(key)
        return self._table.get(key)

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.maybe_text(key)
        if value is None:
            raise RowError(f"{key!r} is missing: add it")
        return value

    def row_id(self, key: str = "id") -> str:
        """Return the id of a row, which must be there."""
        name = self.text(key)
        if not _ROW_ID.fullmatch(name):
            raise RowError(
                f"the {key} {name!r} must read vendor/product in lower case, as nvidia/a40"
            )
        return name

    def maybe_text(self, key: str) -> str | None:
        """Return a text, ``None`` where the row lacks it."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise RowError(f"{key!r} must be a text that is not empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the row lacks it."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RowError(f'{key!r} must be a list of texts, such as ["a", "b"]')
        return tuple(value)

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers, empty where the row lacks it."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(_is_integer(item) for item in value):
            raise RowError(f"{key!r} must be a list of whole numbers, such as [6, 15]")
        return tuple(value)

    def integer(self, key: str) -> int | None:
        """Return a whole number above 0, ``None`` where the row lacks it."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise RowError(f"{key!r} must be a whole number above 0")
        return value

    def number(self, key: str) -> Decimal | None:
        """Return a number above 0, ``None`` where the row lacks it."""
        value = self.raw(key)
        return None if value is None else positive(key, value)

    def flag(self, key: str) -> bool:
        """Return ``true`` or ``false``; ``false`` where the row lacks it."""
        value = self.raw(key)
        if not isinstance(value, bool | None):
            raise RowError(f"{key!r} must be true or false")
        return bool(value)

    def choice(self, key: str, kind: type[E]) -> E:
        """Return one of the words of ``kind``."""
        word = self.text(key)
        try:
            return kind(word)
        except ValueError:
            words = ", ".join(member.value for member in kind)
            raise RowError(f"{key!r} is {word!r}: use one of {words}") from None

    def maybe_choice(self, key: str, kind: type[E]) -> E | None:
        """Return one of the words of ``kind``, ``None`` where the row lacks it."""
        return self.choice(key, kind) if self.has(key) else None

    def table(self, key: str) -> Mapping[str, object]:
        """Return a table, empty where the row lacks it."""
        value = self.raw(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise RowError(f"{key!r} must be a table, such as {{ fp16 = 125 }}")
        return value

    def refuse_strangers(self) -> None:
        """Raise for the first key that no reader took."""
        for key in self._table:
            if key not in self._taken:
                raise RowError(f"{key!r} is not a key of this table: correct its spelling")


def positive(key: str, value: object) -> Decimal:
    """Return ``value`` as a decimal number above 0.

    Raises:
        RowError: it is another type, not above 0, or not a number at all.
    """
    integer = isinstance(value, int) and not isinstance(value, bool)
    number = Decimal(str(value)) if integer else value
    if not isinstance(number, Decimal) or not number.is_finite() or number <= 0:
        raise RowError(f"{key!r} must be a number above 0")
    return number


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
