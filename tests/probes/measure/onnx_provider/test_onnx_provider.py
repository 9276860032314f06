"""Networks through a provider of ONNX Runtime: by its processors' one, which runs the same code.

The CUDA provider has never run: no build that has it was at hand on a machine with a device.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.measure.backends.onnx_provider.backend import ProviderBackend
from gauger_probes.measure.backends.onnx_provider.device import ProviderDevice
from gauger_probes.measure.backends.onnx_provider.engine import ProviderEngine
from gauger_probes.measure.backends.protocol import (
    Direction,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
)
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.templates.networks import TRIAL
from gauger_probes.roots import Roots
from support import cuda_stand_in

onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

_ENGINE = ProviderEngine(ProviderDevice("CPUExecutionProvider", "cpu", 0), "cpu")


@pytest.mark.parametrize("batch", [1, 3])
def test_faces_become_templates_that_do_not_depend_on_the_batch(batch: int) -> None:
    work = _ENGINE.templates(TRIAL, batch, Precision.FP32, seed=1)
    assert work.run(2) > 0
    work.check()
    assert "CPUExecutionProvider, faces and templates in the device's memory" in work.method
    work.close()


def test_a_precision_that_the_provider_does_not_run_is_not_native() -> None:
    with pytest.raises(NotNativeError):
        _ENGINE.templates(TRIAL, 1, Precision.INT8, seed=1)


def test_a_wrong_template_is_refused() -> None:
    work = _ENGINE.templates(TRIAL, 2, Precision.FP32, seed=1)
    work.run(1)
    work.faces[0] = work.faces[1]  # type: ignore[attr-defined]
    with pytest.raises(WrongResultError):
        work.check()


def test_a_provider_that_cannot_be_loaded_is_not_left_to_the_processors() -> None:
    engine = ProviderEngine(ProviderDevice("CUDAExecutionProvider", "cuda", 0), "0000:65:00.0")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has the provider")
    with pytest.raises(NotNativeError, match="has no CUDAExecutionProvider"):
        engine.templates(TRIAL, 1, Precision.FP32, seed=1)


def test_everything_but_networks_is_left_to_others() -> None:
    with pytest.raises(NotNativeError):
        _ENGINE.gemm(Precision.FP32, Shape(64, 64, 64), 1)
    with pytest.raises(NotNativeError):
        _ENGINE.copy(Direction.WITHIN, 4096, 1)
    with pytest.raises(NotNativeError):
        _ENGINE.search(Precision.FP32, Gallery(1000, 1), 1)
    assert _ENGINE.precisions() == ()


def test_a_build_without_such_a_provider_says_what_it_has(tmp_path: Path) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has the provider")
    with pytest.raises(LookupError, match=r"has no CUDAExecutionProvider, only .*CPUExecution"):
        ProviderBackend(Roots(tmp_path)).engines()


def test_devices_are_named_by_their_address_in_the_drivers_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = cuda_stand_in.missing()
    if missing is not None:
        pytest.skip(missing)
    machine = cuda_stand_in.build(tmp_path)
    machine.tell_devices({"bus": "0000:b1:00.0"}, {"bus": "nowhere"}, {"bus": "0000:65:00.0"})
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    found = ProviderBackend(Roots(tmp_path)).engines()
    assert [(engine.id, engine.device.ordinal) for engine in found] == [  # type: ignore[attr-defined]
        ("0000:b1:00.0", 0),
        ("0000:65:00.0", 2),
    ]
