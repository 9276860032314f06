"""Changes documents the way an attacker would: their structure first, their bytes second."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Json = Any

#: Values that readers disagree about, or that stand where another type belongs.
_ODD: tuple[Json, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31,
        2**53,
        2**53 + 1,
        2**63,
        10**308,
        -0.0,
        1e308,
        5e-324,
        0.5,
    ),
    *("", "0", "\x00", "\u202e", "\ud800", "é", "1e999", "../../etc/passwd", "\x1b[2J", "a" * 5000),
    *([], {}, [[]], {"": None}, [None] * 50, {"schemaVersion": "1.0"}),
)
#: Tokens that JSON text may hold and a parsed value cannot.
_TOKENS = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"01",
    b"9007199254740993",
    b"\xff",
    b"\xef\xbb\xbf",
)


def value(root: Json, random: Random) -> Json:
    """Return a copy of ``root`` after one to three changes of its structure."""
    changed = copy.deepcopy(root)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        changed = _once(changed, random)
    return changed


def text(data: bytes, random: Random) -> bytes:
    """Return ``data`` after one change of its bytes or of its JSON text."""
    return random.choice(_TEXTUAL)(data, random)


def _once(root: Json, random: Random) -> Json:
    places = list(_places(root))
    if not places:
        return random.choice(_ODD)
    parent, key = random.choice(places)
    random.choice(_STRUCTURAL)(parent, key, random, places)
    return root


def _places(root: Json) -> list[tuple[Json, Json]]:
    """Return every (container, key or index) below ``root``."""
    found: list[tuple[Json, Json]] = []
    pending = [root]
    while pending:
        at = pending.pop()
        keys = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        found += [(at, key) for key in keys]
        pending += [at[key] for key in keys]
    return found


def _replace(parent: Json, key: Json, random: Random, _: Json) -> None:
    parent[key] = copy.deepcopy(random.choice(_ODD))


def _delete(parent: Json, key: Json, _random: Random, _: Json) -> None:
    del parent[key]


def _double(parent: Json, key: Json, random: Random, _: Json) -> None:
    if isinstance(parent, list):
        parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(parent[key]))
    else:
        parent[f"{key}{random.choice(('', '2', ' ', chr(0)))}"] = copy.deepcopy(parent[key])


def _rename(parent: Json, key: Json, random: Random, _: Json) -> None:
    if isinstance(parent, dict):
        parent[random.choice((str(key).upper(), str(key) + "\u200b", "__proto__", ""))] = (
            parent.pop(key)
        )


def _graft(parent: Json, key: Json, random: Random, places: list[tuple[Json, Json]]) -> None:
    other, at = random.choice(places)
    parent[key] = copy.deepcopy(other[at])


def _nudge(parent: Json, key: Json, random: Random, _: Json) -> None:
    now = parent[key]
    if isinstance(now, bool) or now is None:
        parent[key] = not now
    elif isinstance(now, int | float):
        parent[key] = now * random.choice((-1, 0.5, 2, 1 + 2**-50)) + random.choice((0, 1))
    elif isinstance(now, str):
        at = random.randrange(len(now) + 1)
        parent[key] = (
            now[:at] + random.choice(("", "0", "f", " ", "\x7f", "\U0010ffff")) + now[at + 1 :]
        )
    elif isinstance(now, list):
        random.shuffle(now)
    else:
        parent[key] = dict(reversed(now.items()))


_STRUCTURAL: tuple[Callable[..., None], ...] = (
    *(_replace, _delete, _double, _rename, _graft, _nudge, _nudge),
)


def _flip(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def _append(data: bytes, random: Random) -> bytes:
    return data + random.choice((b"{}", b" \n", b"\x00", data, b",", b"]"))


def _repeat(data: bytes, random: Random) -> bytes:
    first, last = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:last] + data[first : min(last, first + 2000)] + data[last:]


def _token(data: bytes, random: Random) -> bytes:
    at = data.find(random.choice((b":", b"[", b",")), random.randrange(len(data))) + 1
    return data[:at] + random.choice(_TOKENS) + data[at:]


def _duplicate(data: bytes, random: Random) -> bytes:
    """State a key again right after an opening brace: other readers take the last of the two."""
    at = data.find(b'"', data.find(b"{", random.randrange(len(data))))
    end = data.find(b'"', at + 1)
    if at < 0 or end < 0:
        return _cut(data, random)
    return data[:at] + data[at : end + 1] + b":null," + data[at:]


def _nest(data: bytes, random: Random) -> bytes:
    depth = random.choice((10, 100, 5000))
    at = data.find(b":", random.randrange(len(data))) + 1
    return data[:at] + b"[" * depth + b"]" * depth + data[at:]


def _spread(data: bytes, _: Random) -> bytes:
    try:
        return json.dumps(json.loads(data), indent=1).encode()
    except (ValueError, RecursionError):
        return data + b" "


_TEXTUAL = (_flip, _flip, _cut, _append, _repeat, _token, _duplicate, _nest, _spread)
