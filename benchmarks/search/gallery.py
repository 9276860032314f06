"""One side of the race: a search of the same random gallery by Gauger or by FAISS.

FAISS's flat indices compare with every template, as we do: IndexFlatIP on float32, and the scalar
quantisers of 8 and 16 bits, which decode each template to float32 while they compare.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

import numpy as np
from benchmarks.served import serve

from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.search.gallery import K, filled
from gauger_probes.measure.search.precisions import way
from gauger_probes.measure.search.scorers import FloatScorer
from gauger_probes.measure.search.templates import DIMENSIONS, queries_like

_SEED = 20
#: What FAISS calls these precisions.
_QUANTISERS = {"int8": "QT_8bit", "bf16": "QT_bf16", "fp16": "QT_fp16"}
#: Templates from which the scalar quantiser learns the range of each number.
_TRAINING = 20_000


def main() -> None:
    """Fill the gallery and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.gallery")
    parser.add_argument("side", choices=("gauger", "faiss"))
    parser.add_argument("precision", choices=("fp32", "int8", "bf16", "fp16"))
    parser.add_argument("size", type=int)
    parser.add_argument("batch", type=int)
    asked = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))
    with filled(FloatScorer, asked.size, cpus, np.random.default_rng(_SEED)) as gallery:
        own = np.arange(asked.batch, dtype=np.int64) * gallery.size // asked.batch
        vectors = queries_like(gallery.rows(own), np.random.default_rng(_SEED))
        everyone = np.arange(gallery.size, dtype=np.int64)
        rows = gallery.rows(everyone) if asked.side == "faiss" else None
    if rows is not None:
        _faiss(asked.precision, rows, vectors, len(cpus))
    else:
        _gauger(asked.precision, asked.size, vectors, cpus)


def _gauger(precision: str, size: int, vectors: Any, cpus: list[int]) -> None:
    how = way(Precision(precision), Bench())
    with filled(how.make, size, cpus, np.random.default_rng(_SEED)) as gallery:
        queries = gallery.queries(vectors)
        ids = gallery.search(queries).ids.tolist()
        serve({"name": "Gauger", "ids": ids}, lambda: gallery.search(queries))


def _faiss(precision: str, rows: Any, vectors: Any, threads: int) -> None:
    import faiss

    faiss.omp_set_num_threads(threads)
    if precision == "fp32":
        index = faiss.IndexFlatIP(DIMENSIONS)
    else:
        kind = getattr(faiss.ScalarQuantizer, _QUANTISERS[precision])
        index = faiss.IndexScalarQuantizer(DIMENSIONS, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(rows[:_TRAINING])
    index.add(rows)
    ids = index.search(vectors, K)[1].tolist()
    serve({"name": f"FAISS {faiss.__version__}", "ids": ids}, lambda: index.search(vectors, K))


if __name__ == "__main__":
    main()
