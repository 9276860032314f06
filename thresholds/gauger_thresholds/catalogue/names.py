"""Finds products in the names that drivers, labels and id tables give to devices.

A name counts word by word, whatever the case and the punctuation, and never where a word after it
makes it another product or the text names another maker: an "Intel Arc Pro A40" is no NVIDIA A40.
Names prove nothing; they are compared with what the bus says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gauger_thresholds.catalogue.model import Device

_WORD = re.compile(r"[a-z0-9]+")
#: Words that make another product of the one before them.
_QUALIFIERS = frozenset(
    {
        "d",
        "v2",
        "ti",
        "super",
        "laptop",
        "mobile",
        "max",
        "xt",
        "xtx",
        "gre",
        "nvl",
        "cnx",
        "embedded",
    }
)


def named(devices: Iterable[Device], text: str) -> tuple[Device, ...]:
    """Return the rows that ``text`` names, those of the longest name first."""
    words = _words(text)
    rows = _of_makers([row for row in devices if row.called], words)
    found = [(place, row) for row in rows for name in row.called for place in _places(words, name)]
    whole = [(place, row) for place, row in found if not any(_inside(place, at) for at, _ in found)]
    whole.sort(key=lambda item: len(item[0]), reverse=True)
    return tuple({row.id: row for _, row in whole}.values())


def _of_makers(rows: list[Device], words: list[str]) -> list[Device]:
    """The rows of the makers that ``words`` name; all where they name none."""
    stated = {maker for row in rows for maker in _makers(row)}.intersection(words)
    return [row for row in rows if not stated or stated & _makers(row)]


def _makers(row: Device) -> set[str]:
    """By id and by name: Gaudi is Habana's and Intel's."""
    return {row.id.partition("/")[0], *_words(row.name)[:1]}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _places(words: list[str], name: str) -> Iterable[range]:
    """Where ``name`` stands among ``words`` with no qualifier behind it."""
    wanted = _words(name)
    for start in range(len(words) - len(wanted) + 1):
        end = start + len(wanted)
        if words[start:end] == wanted and not _QUALIFIERS.intersection(words[end : end + 1]):
            yield range(start, end)


def _inside(inner: range, outer: range) -> bool:
    return len(inner) < len(outer) and outer.start <= inner.start and inner.stop <= outer.stop
