"""The table of libraries that multiply on processors: one line of text each, none imported.

Those that come with ``[probe]`` stand first; the others are used where a machine has them already.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench

_HERE = "gauger_probes.measure.backends.cpu"


@dataclass(frozen=True, slots=True)
class Entry:
    """A library: ``module:function`` opens it; ``heavy``: which takes seconds."""

    name: str
    target: str
    precisions: tuple[Precision, ...]
    heavy: bool = False


LIBRARIES: tuple[Entry, ...] = (
    Entry("numpy", f"{_HERE}.numpy_blas:library", (Precision.FP64, Precision.FP32)),
    Entry(
        "onnxruntime",
        f"{_HERE}.onnx_runtime:library",
        (Precision.FP64, Precision.FP32, Precision.FP16, Precision.INT8),
    ),
    Entry(
        "mkl",
        f"{_HERE}.mkl:library",
        (Precision.FP64, Precision.FP32, Precision.BF16, Precision.FP16, Precision.INT8),
    ),
    Entry("onednn", f"{_HERE}.onednn:library", (Precision.FP32, Precision.INT8)),
    Entry(
        "torch",
        f"{_HERE}.pytorch:library",
        (Precision.FP64, Precision.FP32, Precision.BF16, Precision.FP16, Precision.INT8),
        heavy=True,
    ),
)


@dataclass(slots=True)
class Shelf:
    """The libraries of this machine, each opened when it is first asked for.

    ``missing`` says, by name, why one could not be opened.
    """

    bench: Bench
    entries: Sequence[Entry] = LIBRARIES
    missing: dict[str, str] = field(default_factory=dict)
    _opened: dict[str, Library] = field(default_factory=dict)

    def offering(self, precision: Precision, heavy: bool = False) -> tuple[Library, ...]:
        """Return those that are said to multiply ``precision``; the heavy ones too if ``heavy``."""
        found = (
            self._get(entry)
            for entry in self.entries
            if precision in entry.precisions and (heavy or not entry.heavy)
        )
        return tuple(library for library in found if library is not None)

    def heavy(self, precision: Precision) -> tuple[str, ...]:
        """Return the names of the heavy ones for ``precision``."""
        return tuple(
            entry.name for entry in self.entries if precision in entry.precisions and entry.heavy
        )

    def _get(self, entry: Entry) -> Library | None:
        if entry.name in self._opened or entry.name in self.missing:
            return self._opened.get(entry.name)
        module, _, function = entry.target.partition(":")
        try:
            opened = getattr(importlib.import_module(module), function)(self.bench)
        except Exception as problem:  # importing foreign code may raise anything
            self.missing[entry.name] = f"{type(problem).__name__}: {problem}"
            return None
        self._opened[entry.name] = cast(Library, opened)
        return self._opened[entry.name]
