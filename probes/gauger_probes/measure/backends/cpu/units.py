"""Which unit of a processor multiplies a precision: what its flags say, never what a library does.

A library multiplies bf16 on any processor, by converting to fp32 where there is nothing else; such
a rate is one of fp32. Instructions and flags are data: ``units.toml`` beside this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.protocol import Precision


@dataclass(frozen=True, slots=True)
class Unit:
    """A flag of /proc/cpuinfo, and the instruction that it stands for."""

    flag: str
    instruction: str

    def described(self) -> JsonValue:
        """Return it as a JSON object."""
        return {"flag": self.flag, "instruction": self.instruction}


@dataclass(frozen=True, slots=True)
class Units:
    """The units that are known for a precision, the widest first."""

    units: tuple[Unit, ...] = ()
    needs_unit: bool = False


def widest(precision: Precision, isa: Collection[str]) -> Unit | None:
    """Return the widest unit for ``precision`` among the flags ``isa``; ``None``: it has none."""
    return next((unit for unit in _known(precision).units if unit.flag in isa), None)


def needs_unit(precision: Precision) -> bool:
    """Return whether a processor without a unit for ``precision`` can only convert it."""
    return _known(precision).needs_unit


def lacks(precision: Precision, isa: Collection[str]) -> str | None:
    """Return why a processor with the flags ``isa`` lacks ``precision``, ``None`` if it does not.

    fp64 and fp32 are never lacking; the rest as ``units.toml`` says.
    """
    if not needs_unit(precision) or widest(precision, isa) is not None:
        return None
    flags = ", ".join(unit.flag for unit in _known(precision).units)
    return f"not native: the processor states none of {flags}"


def _known(precision: Precision) -> Units:
    return _table().get(precision, Units())


@cache
def _table() -> dict[Precision, Units]:
    raw = tomllib.loads(files(__package__).joinpath("units.toml").read_text("utf-8"))
    return {
        Precision(name): Units(tuple(Unit(**unit) for unit in each["units"]), each["needs_unit"])
        for name, each in raw.items()
    }
