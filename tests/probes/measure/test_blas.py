"""What the loaded library says of itself."""

from __future__ import annotations

import os

import numpy as np

from gauger_probes.measure import blas


def test_the_library_behind_this_numpy_is_named() -> None:
    found = blas.find()
    assert found.name != "unknown"
    assert found.threads is None or found.threads >= 1


def test_the_copy_of_openblas_in_numpy_wheels_tells_its_threads_and_kernel() -> None:
    found = blas.find()
    built = str(np.show_config(mode="dicts"))
    if "scipy-openblas" in built:
        assert found.name == "OpenBLAS"
        assert found.version is not None
        assert found.kernel
        assert found.threads is not None
        assert found.threads <= len(os.sched_getaffinity(0))
