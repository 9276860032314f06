"""Rates a whole machine: one rating for each IC and each camera.

A slice (partition, virtual function) is not rated: what law counts is the package, so it is
rated once, whole. A package that shows several functions (the two dies of an MI250X) has its whole
rating on each, and counts once in sums.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.model import Catalogue
from gauger_thresholds.metrics.camera_rating import rate_camera
from gauger_thresholds.metrics.device_rating import rate_device
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.metrics.processor_rating import rate_processor


def rate_machine(evidence: Evidence, catalogue: Catalogue) -> Machine:
    """Rate every package and every camera of the machine."""
    cards = [item for item in evidence.accelerators if item.bus is not Bus.CPU]
    alone = {item.id: rate_device(item, catalogue) for item in cards}
    ratings = _counted_once(
        {item.id: alone[item.id] for item in cards if not _is_slice(item, alone)}
    )
    for item in evidence.accelerators:
        if item.bus is Bus.CPU:
            ratings[item.id] = rate_processor(item, evidence, catalogue)
    cameras = {item.id: rate_camera(item, catalogue) for item in evidence.cameras}
    return Machine(evidence, ratings, cameras)


def _is_slice(item: Accelerator, alone: Mapping[str, PackageRating]) -> bool:
    """Is it a part of a package that is rated? A part is of the same maker, and not the larger."""
    whole = alone.get(item.parent or "")
    if whole is None or item.parent == item.id or whole.accelerator.parent is not None:
        return False
    ours, theirs = item.pci, whole.accelerator.pci
    if ours is None or theirs is None:
        return True
    own, limit = alone[item.id].tpp.interval.high, whole.tpp.interval.high
    return ours.vendor == theirs.vendor and (own <= limit or not alone[item.id].rows)


def _counted_once(ratings: Mapping[str, PackageRating]) -> dict[str, PackageRating]:
    functions = {
        name: max((row.functions for row in rating.rows), default=1)
        for name, rating in ratings.items()
    }
    shown = Counter(_ids(ratings[name]) for name, count in functions.items() if count > 1)
    return {
        name: rating
        if functions[name] == 1
        else dataclasses.replace(rating, packages=_share(shown[_ids(rating)], functions[name]))
        for name, rating in ratings.items()
    }


def _ids(rating: PackageRating) -> tuple[str, ...]:
    return tuple(row.id for row in rating.rows)


def _share(shown: int, functions: int) -> float:
    """A package of which one function is seen alone still counts as a whole one."""
    return math.ceil(shown / functions) / shown
