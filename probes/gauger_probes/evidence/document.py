"""The whole evidence of one machine at one time."""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.coverage import Coverage
from gauger_probes.evidence.host import Host


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read and measured; ``host`` is ``None`` only if its probe was lost."""

    host: Host | None
    cameras: tuple[Camera, ...]
    accelerators: tuple[Accelerator, ...]
    coverage: tuple[Coverage, ...]
