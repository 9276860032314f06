"""How many cameras the machine could serve against a gallery of 10⁶, and what runs out first.

cameras = min(templates/s, comparisons/s ÷ gallery) ÷ faces/s of one camera. A camera gives as many
faces per second as fit into its picture at 40 px between the eyes, each looked at once a second;
where the machine has no camera, one of 1920 × 1080 pixels is assumed.
"""

from __future__ import annotations

from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.interval import ZERO, Interval, hull, total
from gauger_thresholds.metrics.faces_per_frame import faces_in
from gauger_thresholds.metrics.faces_per_frame import metric as faces_of
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.measured_capacity import (
    GALLERY,
    bounded,
    searches,
    templates,
    unknown,
)

_NAME = "camerasServed"
_UNIT = "cameras"
#: How often each face is looked at, in 1/s.
_LOOKS = 1.0
_ASSUMED = (1920.0, 1080.0)


def metric(machine: Machine, subject: str) -> Metric:
    """Return how many cameras could be served (unit ``cameras``)."""
    made, compared = list(templates(machine)), list(searches(machine))
    if not made or not compared:
        return unknown(_NAME, _UNIT, subject)
    faces, whose = _faces(machine)
    rates = {
        "templates": (total(item.interval for item in made), sum(item.median for item in made)),
        "search": (
            total(item.interval for item in compared).scale(1 / GALLERY),
            sum(item.median for item in compared) / GALLERY,
        ),
    }
    first = min(rates, key=lambda name: rates[name][1])
    interval, median = rates[first]
    served = interval.scale(1 / _LOOKS).divide(faces)
    return Metric(
        metric=_NAME,
        subject=subject,
        unit=_UNIT,
        value=median / _LOOKS / faces.middle if faces.middle else None,
        low=served.low,
        high=bounded(served.high),
        basis=Basis.MEASURED,
        detail=f"{first} run out first at {_digits(median)} faces/s; {whose}, each face once a"
        f" second; gallery of {GALLERY:,}",
        sources=tuple(dict.fromkeys(f"measure:{item.device}" for item in (*made, *compared))),
    )


def _faces(machine: Machine) -> tuple[Interval, str]:
    """Faces per second of one camera, and whose they are."""
    found = [faces_of(machine, name) for name in machine.cameras]
    seen = [Interval(item.low, item.high) for item in found if item.high is not None]
    counted = [item for item in seen if item != ZERO]
    if counted:
        return hull(counted), f"{len(counted)} cameras of the machine"
    faces = faces_in(*_ASSUMED)
    return Interval.exactly(faces), "no camera that counts, so one of 1920 × 1080 is assumed"


def _digits(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 1000 else f"{rate:.4g}"
