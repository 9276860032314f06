"""Multiplies with ONNX Runtime's own kernels (MLAS), on one thread for each CPU.

The second operand is a constant of the model, as weights are, so that the library lays it out once
and not in every multiplication. int8 is MatMulInteger: eight bits in, 32 out, exact. What it
computes half precision in, it does not say: whoever asks must compare with fp32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu import operands
from gauger_probes.measure.backends.cpu.library import UNIT_ROUNDOFF, Library, Product, plain_bytes
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.onnx_model import Model, Node, Port
from gauger_probes.measure.product import Matrix

_PROVIDER = "CPUExecutionProvider"
#: Errors alone: warnings on stderr are of no use to a machine under test.
_ERRORS = 3
#: Copies of the constant: in the file, in the parsed model, and laid out for the kernel.
_COPIES = 3

#: The operator, and the type of its result, by numpy's names.
_OFFERED: Mapping[Precision, tuple[str, str]] = {
    Precision.FP64: ("MatMul", "float64"),
    Precision.FP32: ("MatMul", "float32"),
    Precision.FP16: ("MatMul", "float16"),
    Precision.INT8: ("MatMulInteger", "int32"),
}


@dataclass(frozen=True, slots=True)
class OnnxRuntime:
    """ONNX Runtime on the processors."""

    bench: Bench
    name: str = "onnxruntime"

    @property
    def threads(self) -> int:
        """One for each CPU that this process may use."""
        return len(self.bench.cpus)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return its version."""
        return {"version": onnxruntime.__version__, "provider": _PROVIDER}

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of the matrices and of the model's copies."""
        return plain_bytes(precision, shape, _COPIES)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Product:
        """Prepare a session that multiplies.

        Raises:
            NotNativeError: it has no such operator for processors.
            MemoryError: there is no room.
        """
        if precision not in _OFFERED:
            raise NotNativeError(f"onnxruntime does not multiply {precision} on processors")
        operator, element = _OFFERED[precision]
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        session = self._session(_model(operator, drawn.a, drawn.b, element), precision)
        a = onnxruntime.OrtValue.ortvalue_from_numpy(drawn.a)
        result = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
            [shape.m, shape.n], np.dtype(element)
        )
        binding = session.io_binding()
        binding.bind_ortvalue_input("a", a)
        binding.bind_ortvalue_output("c", result)
        return Product(
            method=f"onnxruntime {operator}, second operand laid out beforehand",
            a=drawn.a,
            b=drawn.b,
            call=lambda: session.run_with_iobinding(binding),
            fetch=result.numpy,
            roundoff=UNIT_ROUNDOFF.get(precision, 0.0),
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )

    def _session(self, model: bytes, precision: Precision) -> Any:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS
        options.intra_op_num_threads = self.threads
        # Threads that spin between two multiplications would take the CPUs of what comes next.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session: Any = onnxruntime.InferenceSession(model, options, providers=[_PROVIDER])
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented as problem:
            raise NotNativeError(f"onnxruntime has no kernel for {precision} here") from problem
        # It would keep the file for another try with other providers.
        session._model_bytes = None
        return session


def library(bench: Bench) -> Library:
    """Return ONNX Runtime; importing this module loaded it."""
    return OnnxRuntime(bench)


def _model(operator: str, a: Matrix, b: Matrix, element: str) -> bytes:
    """Return the model that multiplies what it is given, of the shape of ``a``, by ``b``."""
    return Model(
        nodes=(Node(operator, ("a", "b"), "c"),),
        inputs=(Port("a", a.dtype.name, a.shape),),
        outputs=(Port("c", element, (a.shape[0], b.shape[1])),),
        weights={"b": b},
    ).to_bytes()
