"""The table of backends for devices: one line of text each, so that listing them imports nothing.

A device is measured by the first backend of the table that reaches it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from gauger_probes.measure.backends.protocol import Backend


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """``target`` is ``module:function``, a function without arguments that opens the backend.

    ``reach`` says which units of a device it can use; what reaches the vector units alone gives a
    lower bound.
    """

    name: str
    target: str
    reach: str


BACKENDS: tuple[BackendSpec, ...] = (
    BackendSpec(
        "cuda",
        "gauger_probes.measure.backends.cuda.backend:open_backend",
        "matrix units",
    ),
    BackendSpec(
        "pytorch",
        "gauger_probes.measure.backends.pytorch.backend:open_backend",
        "matrix units",
    ),
    BackendSpec(
        "opencl",
        "gauger_probes.measure.backends.opencl.backend:open_backend",
        "vector units, lower bound",
    ),
)


def open_backend(target: str) -> Backend:
    """Import the backend that ``target`` (``module:function``) names, and open it."""
    module, _, function = target.partition(":")
    return cast(Callable[[], Backend], getattr(import_module(module), function))()
