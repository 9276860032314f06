"""Multiplies with one library, once for each line on stdin; run by ``compare``, or by hand.

    python -m benchmarks.gemm.multiply NAME PRECISION M N K REPETITIONS [LIBRARY-FILE]

NAME ``gauger`` takes the library that Gauger takes. The others are asked in their own way, each
product checked against a reference where the library returns one that can be.
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.gemm import peers

from gauger_probes.measure import gemm
from gauger_probes.measure.backends.cpu import find, onednn
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.table import LIBRARIES, Shelf
from gauger_probes.measure.backends.cpu.units import lacks
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.plan import Window
from gauger_probes.measure.precisions import flags

_VERSION = re.compile(r"\d+(\.\d+)+")
#: Seconds in which Gauger measures and so finds its library.
_WINDOW_S = 8.0


def main(words: list[str]) -> int:
    """Answer every line until there are no more."""
    name, precision, sides, repetitions = words[0], Precision(words[1]), words[2:5], int(words[5])
    shape = Shape(*map(int, sides))
    try:
        said, multiply = prepared(name, precision, shape, words[6:])
    except (NotNativeError, LookupError, ImportError) as problem:
        _say(f"cannot {problem}")
        return 1
    multiply()
    _say(f"ready {said}")
    for _ in sys.stdin:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        for _ in range(repetitions):
            multiply()
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        _say(f"{wall_s:.9f} {cpu_s:.9f}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def prepared(
    name: str, precision: Precision, shape: Shape, files: list[str]
) -> tuple[str, Callable[[], object]]:
    """Return what is run, in words, and a function that multiplies once.

    Raises:
        NotNativeError: the library does not multiply that.
        LookupError, ImportError: it is not there.
    """
    if name in peers.PEERS:
        return peers.PEERS[name](precision, shape)
    bench = Bench()
    library = _library(name, precision, bench, files)
    work = library.gemm(precision, shape, bench.seed())
    work.run(1)
    work.check()
    version = _VERSION.search(str(library.properties()["version"]))
    said = f"{library.name} {version[0] if version else ''}, {work.method}"
    return said, lambda: work.run(1)


def _library(name: str, precision: Precision, bench: Bench, files: list[str]) -> Library:
    if name == "gauger":
        why = lacks(precision, flags(bench.roots))
        if why is not None:
            raise NotNativeError(why)
        return _ours(precision, bench)
    if name == "onednn" and files:
        found = find.load(bench.roots, [Path(files[0]).name], "", lambda _: [Path(files[0])])
        return onednn.OneDnn(bench, found)
    entry = next(entry for entry in LIBRARIES if entry.name == name)
    module, _, function = entry.target.partition(":")
    opened: Library = getattr(importlib.import_module(module), function)(bench)
    return opened


def _ours(precision: Precision, bench: Bench) -> Library:
    """Return the library whose rate a measurement states."""
    libraries = Shelf(bench).offering(precision, heavy=True)
    window = Window.lasting(time.perf_counter(), _WINDOW_S)
    found = gemm.measure(precision, window, bench, gemm.Means(libraries))
    stated = found.conditions["library"]
    names = {library.name: library for library in libraries}
    return names[str(stated["name"])] if isinstance(stated, dict) else libraries[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
