"""The NVML probe: asks NVIDIA's management library on the running machine.

It loads the vendor's code and talks to the driver, so it runs in a child of its own. Every answer
goes with the result, for a capture to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gauger_probes.accelerators.library_file import described
from gauger_probes.accelerators.nvml_library import SONAME, candidates, load
from gauger_probes.accelerators.nvml_live import LiveSession
from gauger_probes.accelerators.nvml_module import module_version
from gauger_probes.accelerators.nvml_recording import Recording
from gauger_probes.accelerators.nvml_survey import Origin, nothing, survey
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots


def probe(context: Context) -> Result:
    """Return what NVML says of each NVIDIA device of the running machine."""
    if context.roots.captured:
        return Result(status=Status.NOT_RUN, reason="a captured tree has no driver to ask")
    return ask(candidates(context.roots), context.roots)


def ask(search: Sequence[Path], roots: Roots) -> Result:
    """Return what the first library of ``search`` that can be loaded says of its devices.

    ``roots`` is where the kernel module and the package manager state what they know.

    Raises:
        RuntimeError: this process has asked another library before.
    """
    module = module_version(roots)
    try:
        library = described(load(search), roots)
    except FileNotFoundError:
        return _not_loaded(f"no NVIDIA management library ({SONAME}) on this machine", module)
    except OSError as problem:
        said = f"the NVIDIA management library cannot be loaded: {problem}"
        return _not_loaded(said, module)
    session = LiveSession()
    try:
        result = survey(session, Origin(library, module))
    finally:
        session.close()
    recording = Recording(session.answers, library, module)
    return replace(result, answers=recording.document())


def _not_loaded(reason: str, module: str | None) -> Result:
    recording = Recording({}, None, module, reason)
    return replace(nothing(Status.UNAVAILABLE, reason), answers=recording.document())
