"""Libraries that Gauger does not multiply with: OpenVINO, and what PyTorch has beside half floats.

Each function returns what is run and a function that runs it once, on random data that is in place
already. PyTorch's and OpenVINO's int8 round their results to eight bits or scale them, which is
their way to multiply integers; their products cannot be compared entry by entry.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape

Prepared: TypeAlias = tuple[str, Callable[[], object]]

_SCALE, _ZERO_POINT = 0.05, 64
_LEVELS_A, _LEVELS_B = 256, 255


def torch_mm(precision: Precision, shape: Shape) -> Prepared:
    """Return ``torch.mm``; for int8 the faster of its quantised linear layers on x86."""
    import torch

    if precision is Precision.INT8:
        return _torch_linear(torch, shape, "fbgemm")
    types = {"fp64": "float64", "fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
    dtype = getattr(torch, types[precision])
    a, b = (torch.randn(*sides).to(dtype) for sides in ((shape.m, shape.k), (shape.k, shape.n)))
    result = torch.empty(shape.m, shape.n, dtype=dtype)
    return f"torch {torch.__version__} torch.mm", lambda: torch.mm(a, b, out=result)


def torch_onednn(precision: Precision, shape: Shape) -> Prepared:
    """Return PyTorch's quantised linear layer on the oneDNN that it carries."""
    import torch

    if precision is not Precision.INT8:
        raise NotNativeError("compared for int8 alone")
    return _torch_linear(torch, shape, "onednn")


def openvino(precision: Precision, shape: Shape) -> Prepared:
    """Return an OpenVINO model of one multiplication by a constant."""
    import openvino as ov
    from openvino import opset13

    hints = {"fp32": "f32", "bf16": "bf16", "fp16": "f16", "int8": "f32"}
    if precision not in hints:
        raise NotNativeError(f"OpenVINO multiplies no {precision} on processors")
    generator = np.random.default_rng()
    values = generator.standard_normal((shape.k, shape.n), dtype=np.float32)
    given = opset13.parameter([shape.m, shape.k], np.float32)
    left, right = given, opset13.constant(values)
    if precision is Precision.INT8:
        low, high = np.float32(-2), np.float32(2)
        left = opset13.fake_quantize(left, low, high, low, high, _LEVELS_A)
        right = opset13.fake_quantize(right, low, high, low, high, _LEVELS_B)
    model = ov.Model([opset13.matmul(left, right, False, False)], [given], "multiply")
    settings = {"INFERENCE_PRECISION_HINT": hints[precision], "NUM_STREAMS": 1}
    request = ov.Core().compile_model(model, "CPU", settings).create_infer_request()
    request.set_input_tensor(
        ov.Tensor(generator.standard_normal((shape.m, shape.k), dtype=np.float32))
    )
    return f"OpenVINO {ov.__version__}", request.infer


def _torch_linear(torch: Any, shape: Shape, engine: str) -> Prepared:
    warnings.simplefilter("ignore")  # deprecated, and still its only integers on processors
    torch.backends.quantized.engine = engine
    given = torch.quantize_per_tensor(
        torch.randn(shape.m, shape.k), _SCALE, _ZERO_POINT, torch.quint8
    )
    weight = torch.quantize_per_tensor(torch.randn(shape.n, shape.k), _SCALE, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(weight, None)
    linear = torch.ops.quantized.linear
    said = f"torch {torch.__version__} quantized.linear ({engine})"
    return said, lambda: linear(given, packed, 1.0, _ZERO_POINT)


PEERS: Mapping[str, Callable[[Precision, Shape], Prepared]] = {
    "torch": torch_mm,
    "torch-onednn": torch_onednn,
    "openvino": openvino,
}
