"""PyTorch as a way to devices, by a real PyTorch on the processors, which run the same code."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

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
from gauger_probes.measure.templates.networks import TRIAL

_HAS_TORCH = importlib.util.find_spec("torch") is not None
with_torch = pytest.mark.skipif(
    not _HAS_TORCH, reason="PyTorch is not installed; the system tier installs it"
)


@pytest.fixture
def engine() -> Engine:
    *_, found = TorchBackend(processors=True).engines()  # devices come first
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
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.FP16])
@pytest.mark.parametrize("batch", [1, 3])
def test_faces_become_templates_that_do_not_depend_on_the_batch(
    engine: Engine, precision: Precision, batch: int
) -> None:
    work = engine.templates(TRIAL, batch, precision, seed=1)
    assert work.run(1) > 0
    work.check()
    assert "trial of random weights" in work.method


@with_torch
def test_a_wrong_template_is_refused(engine: Engine) -> None:
    work = engine.templates(TRIAL, 2, Precision.FP32, seed=1)
    work.run(1)
    made = work.kept[-1]  # type: ignore[attr-defined]
    right = made[0].clone()
    for spoil in (_nan, _other_face, _all_alike):
        made[0] = right.clone()
        work.check()
        spoil(made[0])
        with pytest.raises(WrongResultError):
            work.check()


def _nan(templates: Any) -> None:
    templates[1, 7] = float("nan")


def _other_face(templates: Any) -> None:
    templates[0] = templates[1]


def _all_alike(templates: Any) -> None:
    templates[1] = templates[0]


@with_torch
def test_a_library_that_computes_networks_wrong_is_found_by_a_small_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gauger_probes.measure.backends.pytorch import network, templating

    monkeypatch.setattr(network, "_EPSILON", 0.5)
    templating._check_small.cache_clear()
    with pytest.raises(WrongResultError, match="a small network is off by"):
        engine.templates(TRIAL, 1, Precision.FP32, seed=2)


@with_torch
def test_networks_are_not_run_in_whole_numbers(engine: Engine) -> None:
    with pytest.raises(NotNativeError, match="networks are not run in int8"):
        engine.templates(TRIAL, 1, Precision.INT8, seed=1)


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
