"""Templates of faces by PyTorch: a network on the device, checked before it is timed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.backends.pytorch.network import TorchNetwork
from gauger_probes.measure.backends.pytorch.work import TorchWork
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.templates.graph import FACES, Graph
from gauger_probes.measure.templates.networks import CHECKED, Network
from gauger_probes.measure.templates.reference import evaluate

_TYPES = {Precision.FP32: "float32", Precision.FP16: "float16", Precision.BF16: "bfloat16"}
#: What rounding through a few layers may change, as part of the largest number of a template: tens
#: of times the unit roundoff, and what kernels add up in another order.
_DRIFT = {Precision.FP32: 1e-3, Precision.FP16: 2e-2, Precision.BF16: 1e-1}


def prepare(
    torch: Any, device: str, network: Network, batch: int, precision: Precision, seed: int
) -> TorchWork:
    """Prepare ``batch`` faces on their way through ``network``.

    Raises:
        NotNativeError: ``precision`` is none that networks run in.
        MemoryError: there is no room.
        WrongResultError: a small network gives other templates than numpy in double precision.
    """
    if precision not in _TYPES:
        raise NotNativeError(f"networks are not run in {precision}")
    try:
        _check_small(torch, device, precision, seed)
        graph = _graph(network, seed)
        ready = TorchNetwork(torch, graph, device, _TYPES[precision])
        faces = _faces(torch, graph, device, precision, batch, seed)
        found: list[Any] = [None]

        def through() -> None:
            with torch.inference_mode():
                torch.backends.cudnn.allow_tf32 = False
                found[0] = ready(faces)

        step, manner = _recorded(torch, device, through)
    except RuntimeError as problem:
        raise MemoryError(str(problem).partition("\n")[0]) from problem

    def verify() -> None:
        with torch.inference_mode():
            _compare(found[0], ready(faces[:1]), _DRIFT[precision])

    method = (
        f"{network.name} of random weights on random faces; torch.nn.functional, channels last,"
        f" {manner}, PyTorch {torch.__version__}"
    )
    return TorchWork(torch, device, step, verify, method, [ready, faces, found])


def _recorded(
    torch: Any, device: str, through: Callable[[], None]
) -> tuple[Callable[[], object], str]:
    """Return what does ``through``, where possible in one launch instead of hundreds, and how.

    As PyTorch's notes on CUDA graphs ask: run before on a stream of its own, then captured.
    """
    if not device.startswith("cuda"):
        return through, "layer by layer"
    with torch.cuda.device(device):
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            through()
            through()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            through()
    return graph.replay, "captured as one graph"


def _compare(templates: Any, alone: Any, drift: float) -> None:
    """Compare a batch's first template with the same face's alone.

    Raises:
        WrongResultError: one is not finite, differs, or all faces give the same.
    """
    if not bool(templates.isfinite().all()):
        raise WrongResultError("a template is not finite")
    largest = float(alone.abs().max())
    # Written so that NaN fails.
    if not float((templates[:1] - alone).abs().max()) <= drift * largest:
        raise WrongResultError("a face in a batch does not give the template that it gives alone")
    if len(templates) > 1 and not float((templates[1] - templates[0]).abs().max()) > 0:
        raise WrongResultError("different faces give the same template")


@lru_cache(maxsize=8)
def _check_small(torch: Any, device: str, precision: Precision, seed: int) -> None:
    graph = CHECKED.build(np.random.default_rng(seed))
    faces = _faces(torch, graph, device, precision, 2, seed)
    with torch.inference_mode():
        torch.backends.cudnn.allow_tf32 = False
        found = TorchNetwork(torch, graph, device, _TYPES[precision])(faces)
    expected = evaluate(graph, faces.float().cpu().numpy())
    error = np.abs(found.double().cpu().numpy() - expected).max()
    # Written so that NaN fails.
    if not error <= _DRIFT[precision] * np.abs(expected).max():
        raise WrongResultError(f"a small network is off by {error:.3g} in {precision}")


@lru_cache(maxsize=1)
def _graph(network: Network, seed: int) -> Graph:
    """Return the network: the same for every batch, since making its weights takes a second."""
    return network.build(np.random.default_rng(seed))


def _faces(
    torch: Any, graph: Graph, device: str, precision: Precision, batch: int, seed: int
) -> Any:
    generator = torch.Generator(device=device).manual_seed(seed)
    shape = (batch, *graph.shapes[FACES])
    drawn = torch.randn(shape, generator=generator, device=device)
    return drawn.to(getattr(torch, _TYPES[precision]))
