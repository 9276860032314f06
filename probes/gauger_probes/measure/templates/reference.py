"""Computes a network in float64 with numpy alone: slow, and sharing nothing with what is timed.

Operators are those that our networks use, as onnx/docs/Operators.md defines them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.onnx_model import Attribute, Node
from gauger_probes.measure.templates.graph import FACES, Graph

Doubles: TypeAlias = npt.NDArray[np.float64]

#: What BatchNormalization adds to the variance unless it is told otherwise.
_EPSILON = 1e-5


def evaluate(graph: Graph, faces: npt.NDArray[Any]) -> Doubles:
    """Return the templates of ``faces`` (batch × channels × height × width).

    Raises:
        KeyError: an operator that our networks do not use.
    """
    tensors = {name: weight.astype(np.float64) for name, weight in graph.weights.items()}
    tensors[FACES] = faces.astype(np.float64)
    for node in graph.nodes:
        inputs = [tensors[name] for name in node.inputs]
        tensors[node.output] = _OPERATORS[node.operator](node, inputs)
    return tensors[graph.output]


def _conv(node: Node, inputs: list[Doubles]) -> Doubles:
    source, filters = inputs
    top, left, bottom, right = _numbers(node, "pads", (0, 0, 0, 0))
    rows, columns = _numbers(node, "strides", (1, 1))
    padded = np.pad(source, ((0, 0), (0, 0), (top, bottom), (left, right)))
    side = filters.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(padded, side, axis=(2, 3))
    windows = windows[:, :, ::rows, ::columns]
    result: Doubles
    if node.attributes.get("group", 1) == 1:
        result = np.einsum("nchwij,ocij->nohw", windows, filters, optimize=True)
    else:  # one filter for each channel: the only other kind that our networks have
        result = np.einsum("nchwij,cij->nchw", windows, filters[:, 0], optimize=True)
    return result


def _norm(node: Node, inputs: list[Doubles]) -> Doubles:
    source, *rest = inputs
    shape = (1, -1) + (1,) * (source.ndim - 2)
    scale, bias, mean, variance = (each.reshape(shape) for each in rest)
    return (source - mean) / np.sqrt(variance + _EPSILON) * scale + bias


def _prelu(node: Node, inputs: list[Doubles]) -> Doubles:
    source, slopes = inputs
    return np.where(source < 0, source * slopes, source)


def _numbers(node: Node, name: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    value: Attribute = node.attributes.get(name, otherwise)
    return tuple(value) if isinstance(value, tuple) else otherwise


_OPERATORS: Mapping[str, Callable[[Node, list[Doubles]], Doubles]] = {
    "Conv": _conv,
    "BatchNormalization": _norm,
    "PRelu": _prelu,
    "Relu": lambda node, inputs: np.maximum(inputs[0], 0),
    "Add": lambda node, inputs: inputs[0] + inputs[1],
    "Flatten": lambda node, inputs: inputs[0].reshape(len(inputs[0]), -1),
    "Gemm": lambda node, inputs: inputs[0] @ inputs[1].T + inputs[2],
}
