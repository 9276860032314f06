"""Builds a network layer by layer with random weights under which numbers keep their size.

A convolution's weights have the variance 1 / (terms of a sum), so that what comes out is as large
as what went in (K. He et al., "Delving Deep into Rectifiers", 2015). The last normalisation of a
residual block makes its branch small, so that adding fifty of them does not overflow.
"""

from __future__ import annotations

import math

import numpy as np

from gauger_probes.measure.onnx_model import Attribute, Node, Tensor
from gauger_probes.measure.templates.graph import FACES, Graph

#: Numbers that are drawn; weights are stretches of them, since drawing 65 million takes a second.
#: A prime, so that no two filters are alike.
_DRAWN = 1_000_003
#: A PReLU of slope a leaves (1 + a²) / 2 of the variance of what is normal; for a = 1/4, what
#: comes out is as large as what went in after this gain.
_BEFORE_PRELU = math.sqrt(2 / (1 + 0.25**2))


class Builder:
    """Adds layers; each method takes names of tensors and returns the name of what it makes."""

    def __init__(self, face: tuple[int, int, int], generator: np.random.Generator) -> None:
        """Begin with faces of the shape ``face`` (channels, height, width)."""
        self._generator = generator
        # Twice, so that a stretch may begin anywhere.
        self._drawn = np.tile(generator.standard_normal(_DRAWN, dtype=np.float32), 2)
        self._nodes: list[Node] = []
        self._weights: dict[str, Tensor] = {}
        self._shapes: dict[str, tuple[int, ...]] = {FACES: face}

    def graph(self) -> Graph:
        """Return what was built."""
        return Graph(tuple(self._nodes), dict(self._weights), dict(self._shapes))

    def channels(self, source: str) -> int:
        """Return the number of channels of a tensor."""
        return self._shapes[source][0]

    def conv(
        self, source: str, channels: int, side: int, stride: int = 1, *, depthwise: bool = False
    ) -> str:
        """Convolve with square filters without bias, padded by half their side."""
        before, height, width = self._shapes[source]
        groups = before if depthwise else 1
        filters = self._random((channels, before // groups, side, side))
        padding = side // 2
        shape = tuple((size + 2 * padding - side) // stride + 1 for size in (height, width))
        attributes: dict[str, Attribute] = {
            "kernel_shape": (side, side),
            "strides": (stride, stride),
            "pads": (padding,) * 4,
            "group": groups,
        }
        return self._add("Conv", (source, filters), (channels, *shape), attributes)

    def pooled(self, source: str) -> str:
        """Convolve each channel with one filter as large as the picture."""
        channels, height, width = self._shapes[source]
        filters = self._random((channels, 1, height, width))
        attributes: dict[str, Attribute] = {"kernel_shape": (height, width), "group": channels}
        return self._add("Conv", (source, filters), (channels, 1, 1), attributes)

    def norm(self, source: str, gain: float = 1.0) -> str:
        """Normalise each channel by statistics near 0 and 1 and scale it to about ``gain``."""
        count = self.channels(source)
        variance = self._generator.uniform(0.8, 1.2, count).astype(np.float32)
        small = [np.float32(0.1) * self._normal(count) for _ in range(3)]
        scale, bias, mean = np.float32(gain) * (1 + small[0]), np.float32(gain) * small[1], small[2]
        inputs = tuple(self._weight(weight) for weight in (scale, bias, mean, variance))
        return self._add("BatchNormalization", (source, *inputs), self._shapes[source])

    def activated(self, source: str) -> str:
        """Normalise, then multiply what is negative by a slope of its channel's own."""
        source = self.norm(source, _BEFORE_PRELU)
        shape = self._shapes[source]
        slopes = self._generator.uniform(0.1, 0.4, (shape[0], 1, 1)).astype(np.float32)
        return self._add("PRelu", (source, self._weight(slopes)), shape)

    def add(self, one: str, other: str) -> str:
        """Add two tensors of the same shape."""
        return self._add("Add", (one, other), self._shapes[one])

    def dense(self, source: str, size: int) -> str:
        """Multiply all numbers of a face by a matrix and add a bias."""
        count = math.prod(self._shapes[source])
        flat = self._add("Flatten", (source,), (count,))
        bias = self._weight(np.float32(0.1) * self._normal(size))
        inputs = (flat, self._random((size, count)), bias)
        return self._add("Gemm", inputs, (size,), {"transB": 1})

    def _add(
        self,
        operator: str,
        inputs: tuple[str, ...],
        shape: tuple[int, ...],
        attributes: dict[str, Attribute] | None = None,
    ) -> str:
        name = f"t{len(self._nodes)}"
        self._nodes.append(Node(operator, inputs, name, attributes or {}))
        self._shapes[name] = shape
        return name

    def _weight(self, weight: Tensor) -> str:
        name = f"w{len(self._weights)}"
        self._weights[name] = weight
        return name

    def _random(self, shape: tuple[int, ...]) -> str:
        size, terms = math.prod(shape), math.prod(shape[1:])
        numbers = self._normal(size)
        numbers *= np.float32(1 / math.sqrt(terms))
        return self._weight(numbers.reshape(shape))

    def _normal(self, size: int) -> Tensor:
        begin = int(self._generator.integers(_DRAWN))
        return np.resize(self._drawn[begin : begin + min(size, _DRAWN)], size)
