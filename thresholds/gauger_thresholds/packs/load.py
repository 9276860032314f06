"""Reads packs from bytes, strictly, and the packs that ship with the distribution."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import cast

from gauger_probes.evidence.codec import DecodeError, from_json, json_name
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.packs.condition import ConditionError
from gauger_thresholds.packs.model import LoadedPack, Pack

#: Largest pack file, in bytes; a list with every paragraph and citation is a tenth of this.
MAX_PACK = 1024 * 1024
_CASES = ".cases.toml"
#: Free-form tables, whose keys are the author's own.
_FREE = frozenset({"condition", "citations", "questions"})


class PackError(ValueError):
    """A pack cannot be used; the message says which, what is wrong and what to do."""


def read_pack(name: str, raw: bytes) -> LoadedPack:
    """Return the pack in ``raw`` (TOML, UTF-8); ``name`` is for messages.

    Raises:
        PackError: it is too big, not TOML, or not a pack.
    """
    if len(raw) > MAX_PACK:
        raise PackError(f"{name}: {len(raw)} bytes, more than {MAX_PACK}")
    try:
        table = tomllib.loads(raw.decode("utf-8"))
        pack = from_json(Pack, _camel(table), "pack")
        for rule in pack.rules:
            rule.tree()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise PackError(f"{name}: not a TOML file: {problem}") from problem
    except (DecodeError, ConditionError) as problem:
        raise PackError(f"{name}: {problem}") from problem
    return LoadedPack(pack, hashlib.sha256(raw).hexdigest(), raw)


def _camel(value: object, *, free: bool = False) -> JsonValue:
    """Packs spell their keys in snake_case; the codec reads the JSON names."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {
            str(key) if free else json_name(str(key)): _camel(item, free=free or key in _FREE)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_camel(item, free=free) for item in value]
    return cast(JsonValue, value)


@cache
def built_in() -> tuple[LoadedPack, ...]:
    """Return the packs that ship with this distribution, by id.

    Raises:
        PackError: the distribution is damaged.
    """
    root = resources.files("gauger_thresholds.packs")
    packs = [read_pack(entry.name, entry.read_bytes()) for entry in _files(root)]
    return tuple(sorted(packs, key=lambda loaded: loaded.pack.id))


def _files(folder: Traversable) -> Iterable[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".toml") and not entry.name.endswith(_CASES):
            yield entry
