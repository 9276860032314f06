"""A neural network as nodes over named tensors, with the shape of each and what it costs.

Operators are ONNX's (onnx/docs/Operators.md, version 17). Shapes are of one face, without the
number of faces before them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gauger_probes.measure.onnx_model import Model, Node, Port, Tensor

#: Name of the tensor that goes in.
FACES = "faces"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of their dependence; the last makes the templates."""

    nodes: tuple[Node, ...]
    weights: Mapping[str, Tensor]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def output(self) -> str:
        """The name of the tensor that comes out."""
        return self.nodes[-1].output

    def macs(self) -> int:
        """Return the multiplications with additions of one face: two operations each.

        Convolutions and dense layers count, as in published figures; activations and
        normalisation, below 1 %, do not.
        """
        return sum(self._macs(node) for node in self.nodes)

    def parameters(self) -> int:
        """Return the number of weights that training would set, statistics included."""
        return sum(weight.size for weight in self.weights.values())

    def model(self) -> Model:
        """Return the graph as a model for any number of faces at a time."""
        return Model(
            nodes=self.nodes,
            inputs=(Port(FACES, "float32", ("batch", *self.shapes[FACES])),),
            outputs=(Port(self.output, "float32", ("batch", *self.shapes[self.output])),),
            weights=self.weights,
        )

    def _macs(self, node: Node) -> int:
        if node.operator not in ("Conv", "Gemm"):
            return 0
        weight = self.weights[node.inputs[1]]
        # Each number that comes out is a sum over one filter, or one row of the matrix.
        return math.prod(self.shapes[node.output]) * math.prod(weight.shape[1:])
