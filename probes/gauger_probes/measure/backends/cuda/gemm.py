"""Dense products through cuBLASLt: on random data, by the fastest algorithm, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np

from gauger_probes.measure.backends.cuda import reference
from gauger_probes.measure.backends.cuda.choose import fastest, in_words
from gauger_probes.measure.backends.cuda.cublaslt import Handle
from gauger_probes.measure.backends.cuda.cublaslt_abi import DataType, Operation
from gauger_probes.measure.backends.cuda.described import (
    WORKSPACE_BYTES,
    Operands,
    Product,
    Proposal,
)
from gauger_probes.measure.backends.cuda.encode import Doubles, from_bfloat16
from gauger_probes.measure.backends.cuda.formats import FORMATS, SIZES, Format
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.cuda.operands import Operand, operand
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import Precision, Shape

#: How a result's elements are read; bfloat16 by its bits.
_READ: Mapping[DataType, np.dtype[Any]] = {
    DataType.R_64F: np.dtype(np.float64),
    DataType.R_32F: np.dtype(np.float32),
    DataType.R_32I: np.dtype(np.int32),
    DataType.R_16F: np.dtype(np.float16),
    DataType.R_16BF: np.dtype(np.uint16),
}

#: All ones is NaN in every floating type, so that an entry which is never written is noticed.
_NEVER_WRITTEN = np.full(1 << 20, 0xFF, np.uint8)


class Gemm:
    """One product of ``shape``, ready to be run."""

    def __init__(
        self, session: Session, handle: Handle, precision: Precision, shape: Shape, seed: int
    ) -> None:
        """Make the data and choose the algorithm.

        Raises:
            NotNativeError: there is no algorithm that really computes in ``precision``.
            MemoryError: there is no room.
            DeviceLostError: the device failed.
            ValueError: the type does not allow this shape.
        """
        self._session = session
        self._form = FORMATS[precision]
        self._shape = shape
        _refuse_odd(shape, self._form, precision)
        self._stack = ExitStack()
        try:
            seeds = np.random.SeedSequence(seed).spawn(3)
            self._generator = np.random.default_rng(seeds[2])
            self._a = self._operand(precision, shape.m * shape.k, seeds[0])
            self._b = self._operand(precision, shape.k * shape.n, seeds[1])
            self._result = self._memory(shape.m * shape.n * SIZES[self._form.result])
            self._operands = self._addresses()
            memories = (self._a.memory, self._b.memory, self._result)
            self._flush = session.flusher(sum(each.size for each in memories))
            if self._flush is not None:
                self._stack.callback(self._flush.close)
            self._choice = fastest(self._products(handle), self._seconds)
            # What trying other layouts left behind is no result of this choice.
            self._result.fill(_NEVER_WRITTEN[: self._result.size])
            self.run(1)
        except Exception:
            self.close()
            raise
        self._library = handle.library

    @property
    def method(self) -> str:
        """What exactly is run."""
        choice = self._choice
        blocks = max(self._a.block.size, self._b.block.size)
        parts = (
            f"cuBLASLt {self._library.version} ({self._library.path.name})",
            f"{choice.product.layout.name}, {self._form.words}",
            in_words(choice.proposal.implementation),
            f"fastest of {choice.tried} algorithms tried",
            f"standard-normal data from blocks of at most {blocks} elements",
            "L2 cache overwritten before each repetition" if self._flush else "back to back",
            "time between events of the CUDA driver",
        )
        return "; ".join(parts)

    def run(self, repetitions: int) -> float:
        """Multiply so often and return the device's seconds.

        Raises:
            DeviceLostError: the device failed.
        """
        return self._seconds(self._choice.product, self._choice.proposal, repetitions)

    def check(self) -> None:
        """Compare the last product with the host's at 256 places, at least one in each 16th.

        Raises:
            WrongResultError: it is wrong.
            DeviceLostError: the device failed.
        """
        self._session.use()
        shape, layout = self._shape, self._choice.product.layout
        rows = reference.places(shape.m, self._generator)
        columns = reference.places(shape.n, self._generator)
        a = self._a.vectors(rows, shape.k, shape.m, layout.a)
        # B lies by columns: one column's elements are together where it is not transposed.
        together = Operation.N if layout.b is Operation.T else Operation.T
        b = self._b.vectors(columns, shape.k, shape.n, together)
        found = np.stack([self._column(column)[rows] for column in columns], axis=1)
        rounding = reference.Rounding(self._form.output_unit, self._form.sum_unit)
        what = f"a product of {shape.m} × {shape.k} by {shape.k} × {shape.n} ({self._form.words})"
        reference.compare(a, b, found, rounding, what)

    def close(self) -> None:
        """Give its memory back."""
        self._session.give_back(self._stack)

    def _operand(self, precision: Precision, count: int, seed: np.random.SeedSequence) -> Operand:
        made = operand(self._session, precision, count, seed)
        self._stack.callback(made.memory.close)
        return made

    def _memory(self, size: int) -> DeviceMemory:
        made = self._session.allocate(size)
        self._stack.callback(made.close)
        return made

    def _addresses(self) -> Operands:
        scale = self._memory(np.dtype(np.float32).itemsize)
        scale.fill(np.ones(1, np.float32))
        workspace = self._memory(WORKSPACE_BYTES)
        return Operands(
            a=self._a.memory.address,
            b=self._b.memory.address,
            result=self._result.address,
            workspace=workspace.address,
            scale=scale.address,
        )

    def _products(self, handle: Handle) -> Iterator[Product]:
        for layout in self._form.layouts:
            product = Product(handle, self._form, layout, self._shape)
            self._stack.callback(product.close)
            if self._form.scaled:
                product.point_scales(self._operands.scale)
            yield product

    def _seconds(self, product: Product, proposal: Proposal, repetitions: int) -> float:
        def multiply() -> None:
            product.run(proposal, self._operands, self._session.stream)

        return self._session.seconds(multiply, repetitions, self._flush)

    def _column(self, column: int) -> Doubles:
        dtype = _READ[self._form.result]
        size = self._shape.m * dtype.itemsize
        stored = self._result.read(column * size, size).view(dtype)
        if self._form.result is DataType.R_16BF:
            return from_bfloat16(stored)
        numbers: Doubles = stored.astype(np.float64)
        return numbers


def _refuse_odd(shape: Shape, form: Format, precision: Precision) -> None:
    if any(side % form.multiple for side in (shape.m, shape.n, shape.k)):
        raise ValueError(f"{precision}: {shape} has sides that are no multiples of {form.multiple}")
