"""Two ways to write the same network, of which one machine runs this and another that faster.

PReLU with slopes a below 1 is a x + (1 - a) max(x, 0). With 1 - a moved into the normalisation
before it, what is left is a multiplication channel by channel and a sum. onnxruntime keeps these in
the blocked order of its convolutions, where its own PRelu makes it go back and forth: half the time
of MobileFaceNet on a processor with AVX2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from gauger_probes.measure.onnx_model import Attribute, Node, Tensor
from gauger_probes.measure.templates.graph import Graph

#: Rewrites a graph into one that computes the same.
Rewrite = Callable[[Graph], Graph]


def plain(graph: Graph) -> Graph:
    """Return the graph as it is."""
    return graph


def split(graph: Graph) -> Graph:
    """Return the graph with each PRelu, and the normalisation that feeds it alone, rewritten."""
    weights: dict[str, Tensor] = dict(graph.weights)
    shapes = dict(graph.shapes)
    makers = {node.output: node for node in graph.nodes}
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.operator == "PRelu":
            nodes += _split(node, makers[node.inputs[0]], weights, shapes)
        else:
            nodes.append(node)
    return Graph(tuple(nodes), weights, shapes)


#: By the name that conditions give them.
FORMS: Mapping[str, Rewrite] = {"PRelu": plain, "Relu(y) + a / (1 - a) y": split}


def _split(
    node: Node, norm: Node, weights: dict[str, Tensor], shapes: dict[str, tuple[int, ...]]
) -> Iterator[Node]:
    source, slope = node.inputs
    slopes = weights.pop(slope).reshape(-1)
    # y = (1 - a) x: the scale and the bias of the normalisation.
    for name in norm.inputs[1:3]:
        weights[name] = weights[name] * (1 - slopes)
    positive, sloping = f"{node.output}.positive", f"{node.output}.sloping"
    factors = (slopes / (1 - slopes)).astype(np.float32)
    weights[f"{sloping}.weight"] = factors.reshape(-1, 1, 1, 1)
    shapes.update(dict.fromkeys((positive, sloping), shapes[source]))
    each: dict[str, Attribute] = {"kernel_shape": (1, 1), "group": len(slopes)}
    yield Node("Relu", (source,), positive)
    yield Node("Conv", (source, f"{sloping}.weight"), sloping, each)
    yield Node("Add", (sloping, positive), node.output)
