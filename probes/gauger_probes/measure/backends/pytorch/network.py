"""Runs one of our networks with PyTorch's own functions, its weights on a device already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gauger_probes.measure.onnx_model import Attribute, Node
from gauger_probes.measure.templates.graph import FACES, Graph

#: What BatchNormalization adds to the variance unless it is told otherwise (Operators.md).
_EPSILON = 1e-5

#: Makes a node's output of its inputs.
Layer = Callable[..., Any]


class TorchNetwork:
    """``graph`` on ``device``, in the type ``kind`` (``float16``), channels last."""

    def __init__(self, torch: Any, graph: Graph, device: str, kind: str) -> None:
        """Upload the weights.

        Raises:
            KeyError: an operator that our networks do not use.
        """
        self._torch = torch
        self._graph = graph
        dtype = getattr(torch, kind)
        self._weights = {
            name: _laid_out(torch, torch.from_numpy(weight.copy()).to(device, dtype))
            for name, weight in graph.weights.items()
        }
        functional = torch.nn.functional
        self._layers = [_OPERATORS[node.operator](torch, functional, node) for node in graph.nodes]
        self._unused = _last_uses(graph)

    def __call__(self, faces: Any) -> Any:
        """Return the templates (batch × 512) of ``faces`` (batch × channels × height × width)."""
        tensors: dict[str, Any] = {FACES: _laid_out(self._torch, faces)}
        for node, layer, unused in zip(self._graph.nodes, self._layers, self._unused, strict=True):
            inputs = (
                tensors[name] if name in tensors else self._weights[name] for name in node.inputs
            )
            tensors[node.output] = layer(*inputs)
            for name in unused:
                tensors.pop(name, None)
        return tensors[self._graph.output]


def _laid_out(torch: Any, tensor: Any) -> Any:
    """Return pictures and filters with their channels together, as matrix units take them."""
    planes = 4
    if tensor.dim() != planes:
        return tensor
    return tensor.contiguous(memory_format=torch.channels_last)


def _last_uses(graph: Graph) -> list[tuple[str, ...]]:
    """Return the tensors that nobody needs after each node, so that memory is given back."""
    last = {name: at for at, node in enumerate(graph.nodes) for name in node.inputs}
    return [
        tuple(name for name in node.inputs if last[name] == at)
        for at, node in enumerate(graph.nodes)
    ]


def _conv(_: Any, functional: Any, node: Node) -> Layer:
    attributes: Mapping[str, Attribute] = node.attributes
    top, left, *_rest = _numbers(attributes, "pads", (0, 0))
    strides = _numbers(attributes, "strides", (1, 1))
    groups = attributes.get("group", 1)
    return lambda source, filters: functional.conv2d(
        source, filters, stride=strides, padding=(top, left), groups=groups
    )


def _norm(_: Any, functional: Any, node: Node) -> Layer:
    del node
    return lambda source, scale, bias, mean, variance: functional.batch_norm(
        source, mean, variance, scale, bias, training=False, eps=_EPSILON
    )


def _prelu(_: Any, functional: Any, node: Node) -> Layer:
    del node
    return lambda source, slopes: functional.prelu(source, slopes.reshape(-1))


def _numbers(
    attributes: Mapping[str, Attribute], name: str, otherwise: tuple[int, ...]
) -> tuple[int, ...]:
    value = attributes.get(name, otherwise)
    return tuple(value) if isinstance(value, tuple) else otherwise


_OPERATORS: Mapping[str, Callable[[Any, Any, Node], Layer]] = {
    "Conv": _conv,
    "BatchNormalization": _norm,
    "PRelu": _prelu,
    "Add": lambda torch, _, __: torch.add,
    "Flatten": lambda torch, _, __: lambda source: torch.flatten(source.contiguous(), 1),
    "Gemm": lambda _, functional, __: functional.linear,
}
