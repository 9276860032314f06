"""What a scenario of the rig tells the host about itself.

A scenario is a module in ``tests/vm/scenarios``: ``SCENARIO`` is read on the host, ``main(out)``
runs in the guest as root and leaves its artefacts in the folder ``out``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """The machine that a scenario needs.

    ``modules``: kernel modules that it may load; ``run_s``: seconds that ``main`` may take;
    ``memory_mib``: the guest's memory; ``devices``: further arguments of QEMU.
    """

    modules: tuple[str, ...]
    run_s: int
    memory_mib: int = 2048
    devices: tuple[str, ...] = ()
