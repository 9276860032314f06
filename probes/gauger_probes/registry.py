"""The table of probes: one line of text each, so that listing them imports nothing."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """How one probe is run.

    ``target`` is ``module:function``. ``shared``: it only reads text and may share a child.
    ``native``: it loads foreign code or asks devices, so it never runs over a captured tree;
    ``replay`` names the text probe that takes its place there, and ``recording`` the file in the
    capture that holds its answers.
    ``module``: a library it cannot do without. ``timeout_s`` excludes the measuring budget.
    ``budget_share`` is the part of what is left of the measuring budget that it may spend, in the
    order of the table; ``None``: a budget of its own, as large as the whole.
    ``memory_bytes`` is an address-space limit; ``None`` where the runner only watches.
    """

    name: str
    target: str
    shared: bool = False
    native: bool = False
    module: str | None = None
    timeout_s: float = 20.0
    memory_bytes: int | None = 1024 * _MIB
    measures: bool = False
    budget_share: float | None = None
    replay: str | None = None
    recording: str | None = None


PROBES: tuple[ProbeSpec, ...] = (
    ProbeSpec("host", "gauger_probes.host.probe:probe", shared=True),
    ProbeSpec("accelerators", "gauger_probes.accelerators.probe:probe", shared=True),
    ProbeSpec("cameras", "gauger_probes.cameras.probe:probe", shared=True),
    ProbeSpec(
        "cameras.v4l2",
        "gauger_probes.cameras.v4l2:probe",
        native=True,
        replay="gauger_probes.capture.replay:devices",
        recording="dev.json",
    ),
    ProbeSpec(
        "accelerators.nvml",
        "gauger_probes.accelerators.nvml:probe",
        native=True,
        module="pynvml",
        replay="gauger_probes.capture.replay:nvml",
        recording="nvml.json",
        timeout_s=60.0,
        memory_bytes=None,
    ),
    ProbeSpec("accelerators.kfd", "gauger_probes.accelerators.kfd:probe", shared=True),
    ProbeSpec("accelerators.amdgpu", "gauger_probes.accelerators.amdgpu:probe", shared=True),
    ProbeSpec("accelerators.intel", "gauger_probes.accelerators.intel_gpu:probe", shared=True),
    ProbeSpec("accelerators.accel", "gauger_probes.accelerators.accel_class:probe", shared=True),
    ProbeSpec("accelerators.usb", "gauger_probes.accelerators.usb:probe", shared=True),
    ProbeSpec("accelerators.platform", "gauger_probes.accelerators.platform:probe", shared=True),
    ProbeSpec(
        "measure.devices",
        "gauger_probes.measure.device.probe:probe",
        native=True,
        module="numpy",
        timeout_s=300.0,
        memory_bytes=None,
        measures=True,
        budget_share=0.6,
    ),
    ProbeSpec(
        "measure.cpu",
        "gauger_probes.measure.probe:probe",
        native=True,
        module="numpy",
        timeout_s=60.0,
        memory_bytes=None,
        measures=True,
        budget_share=1.0,
    ),
    ProbeSpec(
        "measure.cameras",
        "gauger_probes.cameras.film:probe",
        native=True,
        module="numpy",
        timeout_s=100.0,
        memory_bytes=None,
        measures=True,
    ),
)
