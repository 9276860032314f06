"""Gives back what native probes answered when a machine was captured; loads nothing native."""

from __future__ import annotations

from gauger_probes import strict_json
from gauger_probes.accelerators.nvml_module import module_version
from gauger_probes.accelerators.nvml_recording import MAX_BYTES, read
from gauger_probes.accelerators.nvml_survey import Origin, nothing, survey
from gauger_probes.evidence.codec import from_json
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Result
from gauger_probes.sysfs import read_bytes


def devices(context: Context) -> Result:
    """Return the recorded answers of device nodes (``dev.json``).

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not such a recording.
    """
    return from_json(Result, strict_json.parse(read_bytes(context.roots, "dev.json")))


def nvml(context: Context) -> Result:
    """Return what the recorded answers of NVML (``nvml.json``) say, by the live probe's own code.

    A recording that does not say the kernel module's version leaves it to the captured /proc.

    Raises:
        ValueError: it is not such a recording.
    """
    try:
        raw = read_bytes(context.roots, "nvml.json", MAX_BYTES + 1)
    except OSError as problem:
        return nothing(Status.UNAVAILABLE, f"nvml.json cannot be read: {problem.strerror}")
    recording = read(raw)
    if recording.not_loaded is not None:
        return nothing(Status.UNAVAILABLE, recording.not_loaded)
    module = recording.kernel_module or module_version(context.roots)
    return survey(recording, Origin(recording.library, module))
