"""PyTorch as a way to devices, by a real PyTorch on the processors, which run the same code."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import pytest

from gauger_probes.measure.backends.protocol import (
    Direction,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
)
from gauger_probes.measure.backends.pytorch import backend as pytorch_backend
from gauger_probes.measure.backends.pytorch.backend import TorchBackend, _address, open_backend
from gauger_probes.measure.errors import WrongResultError

_HAS_TORCH = importlib.util.find_spec("torch") is not None
with_torch = pytest.mark.skipif(
    not _HAS_TORCH, reason="PyTorch is not installed: no wheel of it that PyPI has is without CUDA"
)


@pytest.fixture
def engine() -> Engine:
    (found,) = TorchBackend(processors=True).engines()
    return found


@with_torch
@pytest.mark.parametrize(
    "precision", [Precision.FP64, Precision.FP32, Precision.BF16, Precision.FP16]
)
def test_products_are_right_in_every_precision(engine: Engine, precision: Precision) -> None:
    work = engine.gemm(precision, Shape(96, 64, 128), seed=1)
    assert work.run(2) > 0
    work.check()
    work.close()


@with_torch
def test_a_wrong_product_is_refused(engine: Engine) -> None:
    work = engine.gemm(Precision.FP32, Shape(96, 64, 128), seed=1)
    with pytest.raises(WrongResultError):
        work.check()


@with_torch
@pytest.mark.parametrize("direction", list(Direction))
def test_a_copy_arrives(engine: Engine, direction: Direction) -> None:
    work = engine.copy(direction, 1 << 16, seed=1)
    with pytest.raises(WrongResultError):
        work.check()
    assert work.run(1) > 0
    work.check()


@with_torch
@pytest.mark.parametrize("size", [1000, 200_000])
def test_each_face_finds_itself_first(engine: Engine, size: int) -> None:
    work = engine.search(Precision.FP32, Gallery(size, 3), seed=1)
    work.run(1)
    work.check()


@with_torch
def test_what_has_no_public_call_is_not_native(engine: Engine) -> None:
    for precision in (Precision.INT8, Precision.FP8):
        with pytest.raises(NotNativeError):
            engine.gemm(precision, Shape(64, 64, 64), seed=1)


@with_torch
def test_processors_alone_are_no_device() -> None:
    with pytest.raises(LookupError, match="reaches no device"):
        open_backend().engines()


def test_a_machine_without_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = SimpleNamespace(util=SimpleNamespace(find_spec=lambda _: None))
    monkeypatch.setattr(pytorch_backend, "importlib", missing)
    with pytest.raises(LookupError, match="no PyTorch is installed"):
        open_backend().engines()


def test_a_device_is_known_by_its_pci_address_or_else_by_its_number() -> None:
    facts = SimpleNamespace(pci_domain_id=0, pci_bus_id=0x65, pci_device_id=0)
    assert _address(facts, "cuda", 3) == "0000:65:00.0"
    assert _address(SimpleNamespace(), "xpu", 1) == "xpu:1"
