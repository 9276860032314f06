"""Opens the machine's OpenCL devices. Drivers are foreign code: do it in a process to spare.

Loading happens in ``open_backend`` and nowhere else. Drivers keep compiled kernels in the user's
cache; here they get a folder of their own, which goes when the last device is closed or the
process ends by itself.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gauger_probes.measure.backends.opencl.devices import find_devices
from gauger_probes.measure.backends.opencl.engine import OpenClEngine
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.library import Library, load
from gauger_probes.measure.backends.protocol import DeviceLostError
from gauger_probes.roots import Roots

#: Where drivers put compiled kernels: PoCL; Mesa and others that follow the XDG Base Directory
#: Specification; NVIDIA's.
_CACHES = ("POCL_CACHE_DIR", "XDG_CACHE_HOME", "CUDA_CACHE_PATH")


class OpenClBackend:
    """A ``Backend`` of the protocol."""

    def __init__(self, library: Library, roots: Roots) -> None:
        """Take a loaded ``library``."""
        self._library = library
        self._roots = roots
        self._problems: list[str] = []

    @property
    def problems(self) -> Sequence[str]:
        """What went wrong with platforms and devices that ``engines`` therefore lacks."""
        return tuple(self._problems)

    def engines(self) -> Sequence[OpenClEngine]:
        """Open every device; one that fails is left out and named in ``problems``.

        The same device may come twice, through two drivers: the engines' ids are equal then.

        Raises:
            LookupError: no driver is registered, or none has a device that can be opened.
        """
        cache = _Cache()
        try:
            engines = self._opened(cache)
        except BaseException:
            cache.remove()
            raise
        cache.users = len(engines)
        return engines

    def _opened(self, cache: _Cache) -> Sequence[OpenClEngine]:
        found = find_devices(self._library, self._roots)
        self._problems = list(found.problems)
        engines = []
        for device in found.devices:
            try:
                engine = OpenClEngine(self._library, device, self._roots, cache.leave)
            except (OpenClError, DeviceLostError, MemoryError) as problem:
                self._problems.append(f"{device.name}: {problem}")
                continue
            engines.append(engine)
        if not engines:
            raise LookupError("; ".join(self._problems))
        return engines


class _Cache:
    """The folder for compiled kernels. Drivers look for it when they are first asked."""

    def __init__(self) -> None:
        self.users = 0
        self._folder = Path(tempfile.mkdtemp(prefix="gauger-opencl-"))
        atexit.register(self.remove)
        os.environ.update(dict.fromkeys(_CACHES, str(self._folder)))

    def leave(self) -> None:
        """One device less needs it."""
        self.users -= 1
        if self.users == 0:
            self.remove()

    def remove(self) -> None:
        """Remove it with what drivers put there."""
        atexit.unregister(self.remove)
        shutil.rmtree(self._folder, ignore_errors=True)


def open_backend() -> OpenClBackend:
    """Load OpenCL.

    Raises:
        LookupError: it is not on this machine; the message says where it was looked for.
    """
    roots = Roots()
    return OpenClBackend(load(roots), roots)
