"""Templates of faces by a provider of ONNX Runtime: all of the network on the device, or none.

Faces and templates stay in the device's memory. A provider that lacks an operator would leave it to
the processors unasked; here that is refused.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from gauger_probes.measure.backends.onnx_provider.device import ProviderDevice
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError, Precision
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.onnx_model import Model, Port
from gauger_probes.measure.onnx_session import CPU
from gauger_probes.measure.templates.graph import FACES, Graph
from gauger_probes.measure.templates.networks import CHECKED, Network
from gauger_probes.measure.templates.reference import evaluate
from gauger_probes.measure.templates.streams import expect_alike

_ELEMENTS = {Precision.FP32: "float32", Precision.FP16: "float16"}
#: What rounding through the layers may change, as part of the largest number of a template.
_DRIFT = {Precision.FP32: 1e-3, Precision.FP16: 2e-2}
#: Errors alone: warnings on stderr are of no use to a machine under test.
_ERRORS = 3

Array = npt.NDArray[Any]


@dataclass(slots=True)
class ProviderWork:
    """A session with its faces on the device; ``faces`` are those of the host."""

    session: Any
    binding: Any
    faces: Array
    drift: float
    method: str

    def run(self, repetitions: int) -> float:
        """Run so often and return the seconds by the host's clock, all of it done.

        Raises:
            DeviceLostError: the device failed.
        """
        try:
            began_s = time.perf_counter()
            for _ in range(repetitions):
                self.session.run_with_iobinding(self.binding)
            self.binding.synchronize_outputs()
            return time.perf_counter() - began_s
        except RuntimeError as problem:
            raise DeviceLostError(str(problem).partition("\n")[0]) from problem

    def check(self) -> None:
        """Compare the first template with the same face's alone.

        Raises:
            WrongResultError: one is not finite, differs, or all faces give the same.
        """
        (found,) = self.binding.copy_outputs_to_cpu()
        if not np.isfinite(found).all():
            raise WrongResultError("a template is not finite")
        (alone,) = self.session.run(None, {FACES: self.faces[:1]})
        expect_alike(_single(found[0]), _single(alone[0]), "a face in a batch", self.drift)
        if len(found) > 1 and np.array_equal(found[0], found[1]):
            raise WrongResultError("different faces give the same template")

    def close(self) -> None:
        """Give its memory back."""
        self.binding = self.session = None


def prepare(
    device: ProviderDevice, network: Network, batch: int, precision: Precision, seed: int
) -> ProviderWork:
    """Prepare ``batch`` faces on their way through ``network``.

    Raises:
        NotNativeError: the provider does not run all of the network in ``precision``.
        MemoryError: there is no room.
        WrongResultError: a small network gives other templates than numpy in double precision.
    """
    if precision not in _ELEMENTS:
        raise NotNativeError(f"networks are not run in {precision}")
    _check_small(device, precision, seed)
    return _work(device, _graph(network, seed), network.name, batch, precision, seed)


@lru_cache(maxsize=8)
def _check_small(device: ProviderDevice, precision: Precision, seed: int) -> None:
    graph = CHECKED.build(np.random.default_rng(seed))
    work = _work(device, graph, CHECKED.name, 2, precision, seed)
    work.run(1)
    (found,) = work.binding.copy_outputs_to_cpu()
    expected = evaluate(graph, _single(work.faces))
    expect_alike(_single(found), expected, "a network that numpy computes too", work.drift)


@lru_cache(maxsize=1)
def _graph(network: Network, seed: int) -> Graph:
    """Return the network: the same for every batch, since making its weights takes a second."""
    return network.build(np.random.default_rng(seed))


def _work(
    device: ProviderDevice, graph: Graph, name: str, batch: int, precision: Precision, seed: int
) -> ProviderWork:
    session = _session(device, _model(graph, _ELEMENTS[precision]), precision)
    drawn = np.random.default_rng(seed).standard_normal((batch, *graph.shapes[FACES]), np.float32)
    faces = drawn.astype(_ELEMENTS[precision])
    binding = session.io_binding()
    try:
        there = onnxruntime.OrtValue.ortvalue_from_numpy(faces, device.memory, device.ordinal)
        binding.bind_ortvalue_input(FACES, there)
        binding.bind_output(graph.output, device.memory, device.ordinal)
    except RuntimeError as problem:
        raise MemoryError(str(problem).partition("\n")[0]) from problem
    method = (
        f"{name} of random weights on random faces; onnxruntime {onnxruntime.__version__},"
        f" {device.provider}, faces and templates in the device's memory, the host's clock"
    )
    return ProviderWork(session, binding, faces, _DRIFT[precision], method)


def _session(device: ProviderDevice, model: Model, precision: Precision) -> Any:
    if device.provider not in onnxruntime.get_available_providers():
        raise NotNativeError(f"this ONNX Runtime has no {device.provider}")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS
    provider: Any = device.provider
    if device.provider != CPU:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        provider = (device.provider, {"device_id": str(device.ordinal)})
    try:
        session = onnxruntime.InferenceSession(model.to_bytes(), options, providers=[provider])
    except RuntimeError as problem:  # what its own exceptions are
        said = str(problem).partition("\n")[0]
        raise NotNativeError(
            f"{device.provider} does not run it in {precision}: {said}"
        ) from problem
    # A library of CUDA's that is not there costs the provider alone, and is not said otherwise.
    if session.get_providers()[0] != device.provider:
        raise NotNativeError(f"{device.provider} could not be loaded")
    session._model_bytes = None
    return session


def _model(graph: Graph, element: str) -> Model:
    return Model(
        nodes=graph.nodes,
        inputs=(Port(FACES, element, ("batch", *graph.shapes[FACES])),),
        outputs=(Port(graph.output, element, ("batch", *graph.shapes[graph.output])),),
        weights={name: weight.astype(element) for name, weight in graph.weights.items()},
    )


def _single(templates: Array) -> Array:
    return templates.astype(np.float32)
