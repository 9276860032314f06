"""Runs everything that the CUDA backend does on this machine's device and notes which calls worked.

    PYTHONPATH=tests python -m support.silicon_record > tests/fixtures/silicon/NAME.json

Products in every precision, copies, searches, each checked; then what must fail (more memory than
there is). A call counts when it returned success.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cuda import native
from gauger_probes.measure.backends.cuda.backend import open_backend
from gauger_probes.measure.backends.protocol import (
    Direction,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)

_SHAPES = (Shape(1024, 1024, 1024), Shape(4096, 4096, 4096), Shape(8192, 4096, 2048))
_COPIES = (1 << 20, 1 << 28)
_GALLERIES = (Gallery(1000, 1), Gallery(1_000_000, 1), Gallery(1_000_000, 64))
_SEED = 7


def main() -> int:
    """Write the record to standard output; 1 if something failed."""
    with _noted() as worked:
        engine = open_backend().engines()[0]
        done = [f"{engine.memory_bytes >> 30} GiB may be filled", *_done(engine)]
        engine.close()
    facts = dict(engine.properties())
    told = {name: facts[name] for name in ("name", "computeCapability", "driverCuda", "cublasLt")}
    library = str(facts["driverLibrary"]).rpartition(".so.")[2]
    said: dict[str, JsonValue] = {
        **told,
        "driver": library,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "done": [*done],
        "calls": [*sorted(worked)],
    }
    sys.stdout.write(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    return int(any("FAILED" in text for text in done))


@contextlib.contextmanager
def _noted() -> Iterator[set[str]]:
    """Note the functions of both libraries that return success while this is open."""
    worked: set[str] = set()
    call = native.Library.call

    def noting(library: native.Library, symbol: str, *arguments: Any) -> Any:
        answer = call(library, symbol, *arguments)
        if answer == 0 or library._functions[symbol].restype is not ctypes.c_int:
            worked.add(symbol)
        return answer

    native.Library.call = noting  # type: ignore[method-assign, assignment]
    try:
        yield worked
    finally:
        native.Library.call = call  # type: ignore[method-assign]


def _done(engine: Engine) -> Iterator[str]:
    for precision in engine.precisions():
        for shape in _SHAPES:
            what = f"gemm {precision} {shape.m} × {shape.n} × {shape.k}"
            yield _checked(what, lambda p=precision, s=shape: engine.gemm(p, s, _SEED))  # type: ignore[misc]
    for direction in Direction:
        for size in _COPIES:
            what = f"copy {direction} {size}"
            yield _checked(what, lambda d=direction, n=size: engine.copy(d, n, _SEED))  # type: ignore[misc]
    for precision in (Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8):
        for gallery in _GALLERIES:
            what = f"search {precision} {gallery.size} × {gallery.batch}"
            yield _checked(what, lambda p=precision, g=gallery: engine.search(p, g, _SEED))  # type: ignore[misc]
    try:
        engine.copy(Direction.WITHIN, 1 << 50, _SEED)
        yield "a pebibyte: FAILED, it was given"
    except MemoryError as problem:
        yield f"a pebibyte: refused, {problem}"


def _checked(what: str, prepare: Callable[[], Work]) -> str:
    try:
        work = prepare()
    except NotNativeError as problem:
        return f"{what}: not native, {problem}"
    except Exception as problem:
        return f"{what}: FAILED to prepare, {type(problem).__name__}: {problem}"
    try:
        work.run(2)
        work.check()
    except Exception as problem:
        return f"{what}: FAILED, {type(problem).__name__}: {problem}"
    finally:
        work.close()
    return f"{what}: right"


if __name__ == "__main__":
    sys.exit(main())
