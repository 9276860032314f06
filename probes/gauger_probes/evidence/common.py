"""Small records that several kinds of evidence share: sources, unread fields, measurements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JsonScalar: TypeAlias = str | int | float | bool | None
JsonValue: TypeAlias = "JsonScalar | list[JsonValue] | dict[str, JsonValue]"

#: Marks a field that is left out of the JSON object when it is ``None``.
OMIT_NONE: Mapping[str, bool] = {"omit_none": True}


@dataclass(frozen=True, slots=True)
class Unread:
    """A field that exists but could not be read.

    A ``None`` value with no ``Unread`` beside it means that the machine states nothing there.
    """

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured quantity with its confidence interval.

    ``low`` and ``high`` bound the median with at least ``confidence`` (nonparametric, from
    order statistics); ``samples`` repetitions were taken; all three figures are in ``unit``.
    ``conditions`` records what was seen while measuring: load, steal, clocks, shapes.
    """

    quantity: str
    precision: str | None
    unit: str
    median: float
    low: float
    high: float
    samples: int
    confidence: float
    method: str
    conditions: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rating:
    """A figure that somebody states for a device, as an interval in ``unit``.

    ``source`` names who states it (``catalogue:nvidia/a100-sxm4-80gb``, ``nvml:…``); ``value`` is
    the figure to print, ``None`` where there is no single one; ``high`` is ``None`` where nothing
    bounds it from above. ``accumulate`` is the precision that products are added up in, where it
    changes the rate.
    """

    quantity: str
    precision: str | None
    unit: str
    value: float | None
    low: float
    high: float | None
    basis: str
    source: str
    accumulate: str | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that holds a device below its rating: a cap, a partition, a lock."""

    kind: str
    source: str
    detail: str
