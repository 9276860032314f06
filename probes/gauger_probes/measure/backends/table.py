"""The table of backends for devices: one line of text each, so that listing them imports nothing.

A device is measured by the first backend of the table that reaches it, and what that one does not
offer by the next that does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from gauger_probes.measure.backends.protocol import Backend

#: The kinds of work that a device is measured in.
PARTS = ("gemm", "copy", "search", "templates")


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """``target`` is ``module:function``, a function without arguments that opens the backend.

    ``reach`` says which units of a device it can use; what reaches the vector units alone gives a
    lower bound. ``parts`` are the kinds of work that it offers. ``slow`` takes seconds to load.
    """

    name: str
    target: str
    reach: str
    parts: tuple[str, ...] = PARTS
    slow: bool = False


BACKENDS: tuple[BackendSpec, ...] = (
    BackendSpec(
        "cuda",
        "gauger_probes.measure.backends.cuda.backend:open_backend",
        "matrix units",
        ("gemm", "copy", "search"),
    ),
    BackendSpec(
        "pytorch",
        "gauger_probes.measure.backends.pytorch.backend:open_backend",
        "matrix units",
        slow=True,
    ),
    BackendSpec(
        "opencl",
        "gauger_probes.measure.backends.opencl.backend:open_backend",
        "vector units, lower bound",
        ("gemm", "copy", "search"),
    ),
    BackendSpec(
        "onnxruntime",
        "gauger_probes.measure.backends.onnx_provider.backend:open_backend",
        "matrix units",
        ("templates",),
        slow=True,
    ),
)


def open_backend(target: str) -> Backend:
    """Import the backend that ``target`` (``module:function``) names, and open it."""
    module, _, function = target.partition(":")
    return cast(Callable[[], Backend], getattr(import_module(module), function))()
