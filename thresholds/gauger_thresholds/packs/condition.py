"""The condition tree of a rule: the closed language that packs are written in.

``all``, ``any`` and ``not`` combine leaves. A leaf compares a metric with a number, asks for a fact
that the catalogue knows with a source, refers to another rule on the same subject, asks whether
the machine contains a device that meets a rule, or puts a question to a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gauger_probes.evidence.common import JsonValue

#: A rule deeper than this is a mistake, not a law.
MAX_DEPTH = 16


class Comparison(StrEnum):
    """How a metric is compared with its threshold."""

    AT_LEAST = "at_least"
    ABOVE = "above"
    BELOW = "below"
    AT_MOST = "at_most"


class Reference(StrEnum):
    """What a leaf without a number refers to."""

    FACT = "fact"
    RULE = "rule"
    CONTAINS = "contains"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when some part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Compare:
    """A metric against a threshold in the metric's unit."""

    metric: str
    comparison: Comparison
    threshold: float


@dataclass(frozen=True, slots=True)
class Refer:
    """A fact, a rule, a contained rule or a question, by its key."""

    kind: Reference
    key: str


Condition: TypeAlias = All | Any | Not | Compare | Refer


class ConditionError(ValueError):
    """The tree is not in the language; the message says where and what is allowed."""


def parse(value: JsonValue, where: str = "condition", depth: int = 0) -> Condition:
    """Return the tree that ``value`` (as TOML or JSON gives it) describes.

    Raises:
        ConditionError: unknown keys, an empty list, or a threshold that is not a number.
    """
    if depth > MAX_DEPTH:
        raise ConditionError(f"{where}: nested deeper than {MAX_DEPTH}")
    if not isinstance(value, dict) or not value:
        raise ConditionError(f"{where}: expected a table such as {{ metric = …, at_least = … }}")
    if "metric" in value:
        return _compare(value, where)
    if len(value) != 1:
        raise ConditionError(f"{where}: expected one key, found {', '.join(sorted(value))}")
    key, inner = next(iter(value.items()))
    if key in ("all", "any"):
        parts = _parts(inner, f"{where}.{key}", depth)
        return All(parts) if key == "all" else Any(parts)
    if key == "not":
        return Not(parse(inner, f"{where}.not", depth + 1))
    return _refer(key, inner, where)


def _parts(value: JsonValue, where: str, depth: int) -> tuple[Condition, ...]:
    if not isinstance(value, list) or not value:
        raise ConditionError(f"{where}: expected a list with at least one condition")
    return tuple(parse(item, f"{where}[{at}]", depth + 1) for at, item in enumerate(value))


def _compare(value: dict[str, JsonValue], where: str) -> Compare:
    metric = value["metric"]
    keys = [key for key in value if key != "metric"]
    choices = ", ".join(member.value for member in Comparison)
    if not isinstance(metric, str) or len(keys) != 1 or keys[0] not in set(Comparison):
        raise ConditionError(f"{where}: expected a metric and exactly one of {choices}")
    threshold = value[keys[0]]
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise ConditionError(f"{where}.{keys[0]}: expected a number")
    return Compare(metric, Comparison(keys[0]), float(threshold))


def _refer(key: str, value: JsonValue, where: str) -> Refer:
    if key not in set(Reference) or not isinstance(value, str):
        known = ", ".join(["all", "any", "not", "metric", *(member.value for member in Reference)])
        raise ConditionError(f"{where}: {key!r} is not one of {known}")
    return Refer(Reference(key), value)


def leaves(condition: Condition) -> Iterator[Compare | Refer]:
    """Yield every leaf, left to right."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition
