"""The processors as an accelerator: one entry for the whole machine, so that they are measured.

What each package is lies in ``host.processors``; here stands what all of them have together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.host import Processor

#: Id and address of the entry; what is measured on the processors and host memory lies there.
CPU_ID = "cpu"


def cpu_device(processors: Sequence[Processor]) -> Accelerator | None:
    """Return the entry for ``processors``, or ``None`` where there are none."""
    if not processors:
        return None
    cores = [item.cores for item in processors if item.cores is not None]
    clocks = [item.max_hz for item in processors if item.max_hz is not None]
    identity = Identity(
        source=processors[0].source,
        name=_joined(item.model for item in processors),
        vendor=_joined(item.vendor for item in processors),
        architecture=processors[0].architecture,
        units=sum(cores) if len(cores) == len(processors) else None,
        unit_kind="core",
        max_clock_hz=max(clocks, default=None),
    )
    return Accelerator(
        id=CPU_ID,
        bus=Bus.CPU,
        address=CPU_ID,
        pci=None,
        driver=None,
        bound=True,
        parent=None,
        identities=(identity,),
    )


def _joined(texts: Iterable[str | None]) -> str | None:
    return " + ".join(dict.fromkeys(text for text in texts if text)) or None
