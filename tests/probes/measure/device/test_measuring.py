"""What is measured of a device, by a clock of its own, and how a series becomes a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gauger_probes.measure.backends.protocol import Direction, NotNativeError, Precision, Shape
from gauger_probes.measure.device.measuring import Bench, copy, gemm
from gauger_probes.measure.device.searching import search
from gauger_probes.measure.device.templating import templates
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.templates.networks import NETWORKS
from support.fake_backend import BYTES_PER_S, COMPARISONS_PER_S, MACS_PER_S, RATE, FakeEngine


@dataclass
class _Clock:
    """A clock that every question puts on a hundredth of a second."""

    at: float = 0.0

    def __call__(self) -> float:
        self.at += 0.01
        return self.at


def _bench() -> Bench:
    return Bench(now=_Clock())


def test_the_fastest_shape_is_the_result_and_the_others_are_beside_it() -> None:
    engine = FakeEngine("gpu")
    found = gemm(engine, Precision.FP16, 4.0, _bench())
    assert (found.quantity, found.precision, found.unit) == ("gemm", "fp16", "FLOP/s")
    assert found.median == pytest.approx(RATE)
    shape, shapes = found.conditions["shape"], found.conditions["shapes"]
    assert isinstance(shape, dict)
    assert isinstance(shapes, list)
    assert shape["m"] == 8192  # the first of those that are as fast
    assert {"m": 1024, "n": 1024, "k": 1024, "rate": pytest.approx(RATE / 4)} in shapes
    assert found.samples >= 6
    assert all(work.closed for work in engine.works)


def test_skewed_shapes_are_tried_beside_cubes() -> None:
    engine = FakeEngine("gpu")
    gemm(engine, Precision.FP16, 60.0, _bench())
    assert any(len({shape.m, shape.n, shape.k}) > 1 for shape in engine.shapes)
    assert Shape(8192, 8192, 8192) in engine.shapes


def test_shapes_that_do_not_fit_are_left_out() -> None:
    engine = FakeEngine("gpu", memory_bytes=64 << 20)
    gemm(engine, Precision.FP32, 4.0, _bench())
    assert max(shape.m for shape in engine.shapes) <= 2048


def test_a_wrong_product_is_no_rate() -> None:
    engine = FakeEngine("gpu", wrong=frozenset({Precision.FP16}))
    with pytest.raises(WrongResultError):
        gemm(engine, Precision.FP16, 1.0, _bench())
    assert all(work.closed for work in engine.works)


@pytest.mark.parametrize(
    ("direction", "quantity", "bytes_counted"),
    [
        (Direction.WITHIN, "memoryBandwidth", 2),
        (Direction.TO_DEVICE, "hostDeviceBandwidth", 1),
        (Direction.TO_HOST, "hostDeviceBandwidth", 1),
    ],
)
def test_a_copy_inside_counts_what_is_read_and_written(
    direction: Direction, quantity: str, bytes_counted: int
) -> None:
    found = copy(FakeEngine("gpu"), direction, 1.0, _bench())
    assert (found.quantity, found.precision, found.unit) == (quantity, None, "B/s")
    assert found.median == pytest.approx(bytes_counted * BYTES_PER_S)
    assert found.conditions["direction"] == direction.value


def test_a_search_states_both_batches_and_what_one_face_waits() -> None:
    found = search(FakeEngine("gpu"), Precision.FP32, 4.0, _bench())
    assert found.median == pytest.approx(4 * COMPARISONS_PER_S)
    assert found.conditions["batch"] == 64
    assert found.conditions["millisecondsAt1e6"] == pytest.approx(1e9 / COMPARISONS_PER_S)
    assert found.conditions["millisecondsAt1e7"] == pytest.approx(1e10 / COMPARISONS_PER_S)
    assert found.conditions["largestGallery"] == (1 << 34) // 2048
    variants = found.conditions["variants"]
    assert isinstance(variants, list)
    assert len(variants) == 2


def test_templates_state_each_batch_that_fits_and_count_faces() -> None:
    network = NETWORKS[-1]
    found = templates(FakeEngine("gpu"), network, 4.0, _bench())
    assert (found.quantity, found.precision, found.unit) == ("templates", "fp16", "1/s")
    assert found.median == pytest.approx(8 * MACS_PER_S / network.macs)
    assert found.conditions["network"] == "IResNet-100"
    assert found.conditions["operationsPerFace"] == 2 * network.macs
    variants = found.conditions["variants"]
    assert isinstance(variants, list)
    assert [each["batch"] for each in variants if isinstance(each, dict)] == [1, 32]
    assert found.conditions["batch"] == 32


def test_a_device_without_fp16_runs_networks_in_fp32() -> None:
    found = templates(FakeEngine("gpu", halves=False), NETWORKS[0], 1.0, _bench())
    assert found.precision == "fp32"


def test_batches_that_would_take_all_of_the_time_are_left_out() -> None:
    slow = templates(FakeEngine("gpu"), NETWORKS[-1], 0.02, _bench())
    variants = slow.conditions["variants"]
    assert isinstance(variants, list)
    assert len(variants) == 1


def test_a_device_that_runs_no_network_or_holds_no_face_says_so() -> None:
    with pytest.raises(NotNativeError, match="no convolution"):
        templates(FakeEngine("gpu", selects=False), NETWORKS[0], 1.0, _bench())
    with pytest.raises(MemoryError):
        templates(FakeEngine("gpu", most_faces=0), NETWORKS[0], 1.0, _bench())
