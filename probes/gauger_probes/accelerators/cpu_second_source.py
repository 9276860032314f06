"""What psutil says of the processors, beside what was read here: two sources, kept apart.

It counts physical cores and states the maximum clock by its own reading of the kernel's files, so
it speaks for the running machine alone; where it is not installed there is one source.
"""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.accelerator import Accelerator, Identity
from gauger_probes.roots import Roots


def with_second_source(device: Accelerator | None, roots: Roots) -> Accelerator | None:
    """Return ``device`` with psutil's identity added, where psutil can speak for it."""
    if device is None or roots.captured:
        return device
    try:
        import psutil
    except ImportError:
        return device
    frequency = psutil.cpu_freq()
    identity = Identity(
        source="psutil",
        name=None,
        units=psutil.cpu_count(logical=False),
        unit_kind="core",
        max_clock_hz=frequency.max * 1e6 if frequency and frequency.max else None,
    )
    return dataclasses.replace(device, identities=(*device.identities, identity))
