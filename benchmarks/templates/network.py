"""One side of the race: a reference network run by Gauger or by OpenVINO, on the same faces.

Both have one stream of one thread for each CPU. OpenVINO gets the network as it is published, and
float32 by name, since its default may be less.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

import numpy as np
from benchmarks.served import serve

from gauger_probes.measure.crew import Crew
from gauger_probes.measure.onnx_session import Session, version
from gauger_probes.measure.templates.forms import FORMS
from gauger_probes.measure.templates.graph import FACES, Graph
from gauger_probes.measure.templates.networks import NETWORKS
from gauger_probes.measure.templates.streams import run

_SEED = 20


def main() -> None:
    """Build the network and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.templates.network")
    parser.add_argument("side", choices=("openvino", *FORMS))
    parser.add_argument("network", choices=[network.name for network in NETWORKS])
    parser.add_argument("batch", type=int)
    asked = parser.parse_args()
    generator = np.random.default_rng(_SEED)
    network = next(each for each in NETWORKS if each.name == asked.network)
    graph = network.build(generator)
    faces = generator.standard_normal((asked.batch, *graph.shapes[FACES]), dtype=np.float32)
    cpus = sorted(os.sched_getaffinity(0))
    if asked.side == "openvino":
        _openvino(graph, faces, len(cpus))
    else:
        _gauger(asked.side, graph, faces, cpus)


def _gauger(form: str, graph: Graph, faces: Any, cpus: list[int]) -> None:
    session = Session(FORMS[form](graph).model(), threads=1)
    with Crew(cpus) as crew:

        def work() -> list[Any]:
            return crew.each(lambda given: run(session, given), [faces] * len(cpus))

        serve({"name": f"onnxruntime {version()}", "first": work()[0][0].tolist()}, work)


def _openvino(graph: Graph, faces: Any, streams: int) -> None:
    import openvino

    core = openvino.Core()
    network = core.read_model(graph.model().to_bytes())
    network.reshape(list(faces.shape))
    settings = {
        "INFERENCE_NUM_THREADS": streams,
        "NUM_STREAMS": streams,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = core.compile_model(network, "CPU", settings)
    requests = [compiled.create_infer_request() for _ in range(streams)]
    for request in requests:
        request.set_input_tensor(openvino.Tensor(faces))

    def work() -> None:
        for request in requests:
            request.start_async()
        for request in requests:
            request.wait()

    work()
    first = requests[0].get_output_tensor().data[0].tolist()
    serve({"name": f"OpenVINO {openvino.__version__}", "first": first}, work)


if __name__ == "__main__":
    main()
