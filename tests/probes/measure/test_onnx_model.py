"""The files that we write are models that onnxruntime reads and computes as they say."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.measure.onnx_model import Attribute, Model, Node, Port
from gauger_probes.measure.onnx_session import CPU, Session, providers, version


def _scaled(slope: float) -> Model:
    """Return max(x, slope x) of two rows: an attribute that is a float."""
    return Model(
        (Node("LeakyRelu", ("x",), "y", {"alpha": slope}),),
        (Port("x", "float32", (2, "n")),),
        (Port("y", "float32", (2, "n")),),
        {},
    )


def test_a_float_attribute_and_an_open_side_arrive() -> None:
    x = np.array([[-2.0, 4.0, -8.0], [1.0, -1.0, 0.0]], np.float32)
    found = Session(_scaled(0.25), threads=1).run({"x": x})
    assert np.array_equal(found, np.where(x < 0, x * 0.25, x))


@pytest.mark.parametrize("stride", [1, 2])
def test_whole_numbers_one_and_many_arrive_as_attributes(stride: int) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((1, 4, 5, 5), dtype=np.float32)
    weight = rng.standard_normal((4, 2, 1, 1), dtype=np.float32)
    attributes: dict[str, Attribute] = {
        "kernel_shape": (1, 1),
        "strides": (stride, stride),
        "group": 2,
    }
    model = Model(
        (Node("Conv", ("x", "w"), "y", attributes),),
        (Port("x", "float32", (1, 4, 5, 5)),),
        (Port("y", "float32", (1, 4, "h", "w")),),
        {"w": weight},
    )
    found = Session(model, threads=1).run({"x": x})
    halves = [
        np.einsum("nchw,oc->nohw", x[:, at : at + 2], weight[at : at + 2, :, 0, 0]) for at in (0, 2)
    ]
    expected = np.concatenate(halves, axis=1)[:, :, ::stride, ::stride]
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("order", ["C", "F"])
def test_weights_arrive_whatever_their_order_in_memory(order: str) -> None:
    weight = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)
    given = np.asfortranarray(weight) if order == "F" else weight
    model = Model(
        (Node("MatMulInteger", ("x", "w", "zero"), "y"),),
        (Port("x", "uint8", ("n", 3)),),
        (Port("y", "int32", ("n", 4)),),
        {"w": given, "zero": np.array(200, np.uint8)},
    )
    x = np.array([[201, 200, 198]], np.uint8)
    found = Session(model, threads=1).run({"x": x})
    assert found.tolist() == ((x.astype(int) - 200) @ weight.astype(int)).tolist()


def test_negative_numbers_arrive_as_attributes() -> None:
    model = Model(
        (Node("Concat", ("x", "x"), "y", {"axis": -2}),),
        (Port("x", "float32", (1, 2)),),
        (Port("y", "float32", (2, 2)),),
        {},
    )
    x = np.array([[1.0, 2.0]], np.float32)
    assert Session(model, threads=1).run({"x": x}).tolist() == [[1.0, 2.0], [1.0, 2.0]]


def test_an_element_type_without_a_number_is_refused() -> None:
    model = Model((), (Port("x", "complex64", (1,)),), (), {})
    with pytest.raises(KeyError, match="complex64"):
        model.to_bytes()


def test_the_processors_are_among_the_providers_and_are_the_one_used() -> None:
    assert CPU in providers()
    assert Session(_scaled(0.5), threads=1).providers == (CPU,)
    assert version()[0].isdigit()
