"""The networks are what they are called, cost what is stated, and two runtimes agree on them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.templates.forms import FORMS, Rewrite
from gauger_probes.measure.templates.graph import FACES, Graph
from gauger_probes.measure.templates.networks import (
    CHECKED,
    DIMENSIONS,
    NETWORKS,
    SIDE,
    TRIAL,
    Network,
    iresnet,
    mobilefacenet,
)
from gauger_probes.measure.templates.reference import evaluate

_ALL = pytest.mark.parametrize("network", [*NETWORKS, TRIAL, CHECKED], ids=lambda each: each.name)
_FORMS = pytest.mark.parametrize("form", FORMS.values(), ids=["plain", "split"])


def _built(network: Network) -> Graph:
    return network.build(np.random.default_rng(3))


@_ALL
def test_what_a_network_costs_is_what_its_graph_counts(network: Network) -> None:
    graph = _built(network)
    assert graph.macs() == network.macs
    assert graph.parameters() == network.parameters


def test_costs_are_those_that_are_published() -> None:
    found = {network.name: round(network.macs / 1e9, 2) for network in NETWORKS}
    assert found == {"MobileFaceNet": 0.22, "IResNet-50": 6.31, "IResNet-100": 12.09}


def test_a_multiplication_with_its_addition_is_counted_once_for_every_number() -> None:
    graph = iresnet((1,), 8, np.random.default_rng(1))
    stem, first, second, direct = 64 * 27 * 64, 64 * 576 * 64, 64 * 576 * 16, 64 * 64 * 16
    dense = 64 * 16 * DIMENSIONS
    assert graph.macs() == stem + first + second + direct + dense


@pytest.mark.parametrize(("at", "layers"), [(1, 50), (2, 100)])
def test_an_iresnet_has_as_many_layers_as_its_name_says(at: int, layers: int) -> None:
    graph = _built(NETWORKS[at])
    weights = [graph.weights[node.inputs[1]] for node in graph.nodes if node.operator == "Conv"]
    # As ResNets are counted: convolutions on the way past the shortcuts, and the dense layer.
    assert sum(weight.shape[2] == 3 for weight in weights) + 1 == layers
    assert sum(weight.shape[2] == 1 for weight in weights) == 4, "one for each stage"
    assert graph.shapes[FACES] == (3, SIDE, SIDE)
    assert graph.shapes[graph.output] == (DIMENSIONS,)


def test_mobilefacenet_has_the_layers_of_its_paper() -> None:
    graph = mobilefacenet(np.random.default_rng(1))
    count = Counter(node.operator for node in graph.nodes)
    # Two at the front, three in each of 15 bottlenecks, two at the end; 4 + 6 + 2 add up.
    assert count["Conv"] == 2 + 3 * 15 + 2
    assert count["Add"] == 4 + 6 + 2
    assert count["PRelu"] == 2 + 2 * 15 + 1
    assert graph.shapes[FACES] == (3, SIDE, SIDE)


@_FORMS
def test_onnxruntime_and_numpy_compute_the_same_templates(form: Rewrite) -> None:
    graph = _built(CHECKED)
    faces = _faces(graph, 3)
    found = Session(form(graph).model(), threads=1).run({FACES: faces})
    assert found == pytest.approx(evaluate(graph, faces), abs=1e-4)


@_FORMS
def test_depthwise_layers_are_computed_alike_too(form: Rewrite) -> None:
    graph = _built(NETWORKS[0])
    faces = _faces(graph, 1)
    found = Session(form(graph).model(), threads=1).run({FACES: faces})
    assert found == pytest.approx(evaluate(graph, faces), abs=1e-4)


@_FORMS
def test_templates_of_fifty_layers_are_neither_lost_nor_overflow(form: Rewrite) -> None:
    graph = _built(NETWORKS[1])
    found = Session(form(graph).model(), threads=1).run({FACES: _faces(graph, 2)})
    assert np.isfinite(found).all()
    assert 0.3 < float(found.std()) < 5
    assert float(np.abs(found[0] - found[1]).mean()) > 0.3, "faces differ"


def test_no_slope_or_weight_is_zero_or_shared_by_all() -> None:
    graph = _built(CHECKED)
    for weight in graph.weights.values():
        assert weight.dtype == np.float32
        assert np.count_nonzero(weight) > 0.99 * weight.size
        assert np.unique(weight).size > 0.9 * min(weight.size, 1000)


def test_no_two_filters_of_the_largest_layer_are_alike() -> None:
    graph = _built(NETWORKS[1])
    largest = max(
        (graph.weights[node.inputs[1]] for node in graph.nodes if node.operator == "Conv"),
        key=lambda weight: weight.size,
    )
    filters = largest.reshape(len(largest), -1)
    likeness = np.corrcoef(filters)
    np.fill_diagonal(likeness, 0)
    assert np.abs(likeness).max() < 0.2


def test_splitting_leaves_the_given_graph_as_it_was() -> None:
    graph = _built(CHECKED)
    before = {name: weight.copy() for name, weight in graph.weights.items()}
    split = list(FORMS.values())[1](graph)
    assert graph.weights.keys() == before.keys()
    assert all(np.array_equal(graph.weights[name], before[name]) for name in before)
    assert not any(node.operator == "PRelu" for node in split.nodes)


def _faces(graph: Graph, count: int) -> Any:
    shape = (count, *graph.shapes[FACES])
    return np.random.default_rng(4).standard_normal(shape, dtype=np.float32)
