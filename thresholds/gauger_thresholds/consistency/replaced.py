"""A device whose driver is not one that computes with it: identified, and not to be measured.

Which drivers these are is data, ``replaced.toml`` beside this module, each with its source.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from gauger_thresholds.findings import Doubt
from gauger_thresholds.interval import ZERO
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each package rated above nothing that such a driver holds."""
    return tuple(
        Doubt(
            doubt="replaced",
            subject=name,
            explanation=f"{rating.name} at {rating.accelerator.address} is held by "
            f"{rating.accelerator.driver}, which {roles()[rating.accelerator.driver]}",
            sources=tuple(item.source for item in rating.accelerator.identities),
            advice="bind its vendor's driver and run again, so that a second source can confirm it",
        )
        for name, rating in machine.ratings.items()
        if rating.accelerator.driver in roles() and rating.tpp.interval != ZERO
    )


@cache
def roles() -> dict[str | None, str]:
    """Return what each of these drivers does with a device, by its name."""
    text = files("gauger_thresholds.consistency").joinpath("replaced.toml").read_text("utf-8")
    return {name: str(entry["role"]) for name, entry in tomllib.loads(text)["drivers"].items()}
