"""A native library that may not be the vendor's: who owns the file, and what its package says.

Stand-ins for NVML exist that satisfy every tool of the vendor's, so that its answers alone prove
nothing. A file that root owns and whose package confirms it can lie as well, with more effort.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gauger_probes.evidence.accelerator import Identity, Library
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine

#: Variables by which a caller has a program load another library first.
_PRELOADING = re.compile(r"\bLD_(?:PRELOAD|LIBRARY_PATH|AUDIT)\b")
#: How the vendor names the file: ``libnvidia-ml.so.590.48.01``.
_VERSION = re.compile(r"\.so\.(\d+(?:\.\d+)+)$")


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each suspicion of a library, on the machine as a whole."""
    said: dict[str, str] = {}
    for device in machine.evidence.accelerators:
        for identity in device.identities:
            said |= dict.fromkeys(_suspicions(identity), identity.source)
    for text in _preloaded(machine):
        said.setdefault(text, "host.environment")
    return tuple(_doubt(text, source) for text, source in said.items())


def _suspicions(identity: Identity) -> Iterator[str]:
    library = identity.library
    if library is None:
        return
    if library.owner_id != 0:
        yield f"{library.path} belongs to user {library.owner_id}, not to root"
    if library.writable:
        yield f"{library.path} may be written by others than its owner"
    if library.intact is False:
        yield f"{library.path} differs from what package {library.package} installed"
    yield from _other_version(identity, library)


def _other_version(identity: Identity, library: Library) -> Iterator[str]:
    named = _VERSION.search(library.path)
    driver = identity.driver_version
    if named is not None and driver is not None and named[1] != driver:
        yield f"{library.path} answers that the driver is {driver}"


def _preloaded(machine: Machine) -> Iterator[str]:
    for line in machine.evidence.coverage:
        if line.probe == "host.environment" and line.reason:
            for name in dict.fromkeys(_PRELOADING.findall(line.reason)):
                yield f"{name} was set where Gauger was started; its probes ran without it"


def _doubt(text: str, source: str) -> Doubt:
    return Doubt(
        doubt="foreign_library",
        subject="machine",
        explanation=text,
        sources=(source,),
        advice="install the vendor's driver anew, and run again from a clean shell",
    )
