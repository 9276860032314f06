"""One product as cuBLASLt is told of it, the algorithms that it proposes, and one of them run.

Matrices are stored by columns, as BLAS does: D = A × B with A of m × k and B of k × n, each either
so or transposed in memory.
"""

from __future__ import annotations

import ctypes
from contextlib import ExitStack
from ctypes import byref
from dataclasses import dataclass
from typing import Any

from gauger_probes.measure.backends.cuda import cublaslt_abi as abi
from gauger_probes.measure.backends.cuda.cublaslt import Handle
from gauger_probes.measure.backends.cuda.cublaslt_abi import (
    DataType,
    DescAttribute,
    Implementation,
    Operation,
)
from gauger_probes.measure.backends.cuda.formats import Format, Layout
from gauger_probes.measure.backends.protocol import NotNativeError, Shape

#: How many algorithms are asked for: the first guess is not always the fastest.
PROPOSALS = 8
#: What NVIDIA recommends since Hopper; older devices need 4 MiB.
WORKSPACE_BYTES = 32 * 1024 * 1024

_SCALARS: dict[DataType, Any] = {
    DataType.R_64F: ctypes.c_double,
    DataType.R_32F: ctypes.c_float,
    DataType.R_32I: ctypes.c_int32,
}


@dataclass(frozen=True, slots=True)
class Operands:
    """Addresses in the device's memory; ``scale`` is that of a float of 1, for fp8."""

    a: int
    b: int
    result: int
    workspace: int
    scale: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An algorithm; ``implementation`` is 0 where the library does not say how it computes."""

    algorithm: abi.Algorithm
    implementation: Implementation


class Product:
    """One product, described in one layout."""

    def __init__(self, handle: Handle, form: Format, layout: Layout, shape: Shape) -> None:
        """Describe it.

        Raises:
            NotNativeError: the library does not know these types.
            RuntimeError: the description is wrong.
        """
        self._handle = handle
        self._library = handle.library
        self._stack = ExitStack()
        self.form = form
        self.layout = layout
        self.shape = shape
        scalar = _SCALARS[form.scale]
        self._one, self._zero = scalar(1), scalar(0)
        try:
            self._desc = self._described()
            self._a = self._matrix(form.element, shape.m, shape.k, layout.a)
            self._b = self._matrix(form.element, shape.k, shape.n, layout.b)
            self._result = self._matrix(form.result, shape.m, shape.n, Operation.N)
        except Exception:
            self.close()
            raise

    def point_scales(self, address: int) -> None:
        """Have both operands multiplied by the float at ``address`` of the device's memory."""
        for which in (DescAttribute.A_SCALE_POINTER, DescAttribute.B_SCALE_POINTER):
            self._set(which, ctypes.c_void_p(address))

    def proposals(self) -> list[Proposal]:
        """Return the algorithms that the library proposes, its own favourite first.

        None of them means that this device, or the library, cannot compute it.
        """
        results = (abi.HeuristicResult * PROPOSALS)()
        found = ctypes.c_int()
        preference = self._preference()
        try:
            self._library.call(
                "cublasLtMatmulAlgoGetHeuristic",
                *(self._handle.value, self._desc),
                *(self._a, self._b, self._result, self._result),
                *(preference, PROPOSALS, results, byref(found)),
            )
        except NotNativeError:
            return []
        usable = [each.algo for each in results[: found.value] if each.state == 0]
        return [Proposal(algorithm, self._implementation(algorithm)) for algorithm in usable]

    def run(self, proposal: Proposal, operands: Operands, stream: int | None) -> None:
        """Multiply once, on ``stream``.

        Raises:
            DeviceLostError: the device failed.
        """
        self._library.call(
            "cublasLtMatmul",
            *(self._handle.value, self._desc, byref(self._one)),
            *(operands.a, self._a, operands.b, self._b, byref(self._zero)),
            *(operands.result, self._result, operands.result, self._result),
            byref(proposal.algorithm),
            *(operands.workspace, WORKSPACE_BYTES, stream),
        )

    def close(self) -> None:
        """Give the descriptions back."""
        self._stack.close()

    def _described(self) -> int | None:
        compute, scale = int(self.form.compute), int(self.form.scale)
        desc = self._made("cublasLtMatmulDesc", compute, scale)
        self._desc = desc
        self._set(DescAttribute.TRANSA, ctypes.c_int32(self.layout.a))
        self._set(DescAttribute.TRANSB, ctypes.c_int32(self.layout.b))
        return desc

    def _matrix(self, kind: DataType, rows: int, columns: int, stored: Operation) -> int | None:
        if stored is Operation.T:
            rows, columns = columns, rows
        return self._made("cublasLtMatrixLayout", int(kind), rows, columns, rows)

    def _preference(self) -> int | None:
        preference = self._made("cublasLtMatmulPreference")
        limit = ctypes.c_uint64(WORKSPACE_BYTES)
        which = int(abi.PreferenceAttribute.MAX_WORKSPACE_BYTES)
        self._library.call(
            "cublasLtMatmulPreferenceSetAttribute",
            *(preference, which, byref(limit), ctypes.sizeof(limit)),
        )
        return preference

    def _implementation(self, algorithm: abi.Algorithm) -> Implementation:
        flags, written = ctypes.c_uint64(), ctypes.c_size_t()
        try:
            self._library.call(
                "cublasLtMatmulAlgoCapGetAttribute",
                *(byref(algorithm), abi.CAP_NUMERICAL_IMPL_FLAGS),
                *(byref(flags), ctypes.sizeof(flags), byref(written)),
            )
        except (RuntimeError, NotNativeError):
            return Implementation(0)
        return Implementation(flags.value)

    def _set(self, which: DescAttribute, value: ctypes.c_int32 | ctypes.c_void_p) -> None:
        self._library.call(
            "cublasLtMatmulDescSetAttribute",
            *(self._desc, int(which), byref(value), ctypes.sizeof(value)),
        )

    def _made(self, kind: str, *arguments: int) -> int | None:
        made = ctypes.c_void_p()
        self._library.call(f"{kind}Create", byref(made), *arguments)
        self._stack.callback(self._library.release, f"{kind}Destroy", made.value)
        return made.value
