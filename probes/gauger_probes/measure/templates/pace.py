"""A short trial: whether the runtime computes right, how fast, and which form of a network is.

What a network costs is foreseen from it, so that a slow machine leaves out a network that it has no
time for before it has built it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from gauger_probes.measure.bench import Bench
from gauger_probes.measure.crew import Crew
from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.sampling import timed
from gauger_probes.measure.templates.forms import FORMS
from gauger_probes.measure.templates.graph import FACES, Graph
from gauger_probes.measure.templates.networks import CHECKED, TRIAL, Network
from gauger_probes.measure.templates.reference import evaluate
from gauger_probes.measure.templates.streams import Run, Streams, expect_alike

#: Repetitions of the trial, of which the best counts: who disturbs it must not stop a measurement.
_REPETITIONS = 3
#: Part of the share that the trial may take; else the network that was checked must do.
_TRIAL_SHARE = 0.1
#: Runs that a network needs beside its samples: two alone, one that is checked, one to warm up.
_OTHER_RUNS = 4
#: Copies of the weights that there are at most while a network is made ready (measured: 4.8 and
#: 5.2): as built, in the file, as parsed, and as laid out for the kernels.
_COPIES = 6
#: Bytes of what lies between the layers for one face, in the widest of the networks.
_FACE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """What a network costs in seconds: to make ready, for each parameter; to run, for each mac.

    ``run_s`` is of as many faces at a time as there are CPUs. ``form`` is the faster of ``FORMS``.
    """

    form: str
    ready_s: float
    run_s: float

    def needed_s(self, network: Network) -> float:
        """Return how long it takes to make ``network`` ready and to sample it."""
        runs = MIN_SAMPLES + _OTHER_RUNS
        return self.ready_s * network.parameters + runs * self.run_s * network.macs


def needed_bytes(network: Network, faces: int) -> int:
    """Return the memory that ``network`` takes with ``faces`` in it at a time."""
    return _COPIES * 4 * network.parameters + _FACE_BYTES * faces


def pace(window: Window, bench: Bench, run: Run) -> Pace:
    """Return what networks cost here.

    Raises:
        ImportError: onnxruntime is missing or cannot be loaded.
        WrongResultError: it computes wrong.
    """
    share_s = window.share_s(bench.stopwatch.wall())
    per_mac_s = _checked(bench, run) / CHECKED.macs
    runs = len(FORMS) * (1 + _REPETITIONS)
    affordable = runs * per_mac_s * TRIAL.macs <= _TRIAL_SHARE * share_s
    network, repetitions = (TRIAL, _REPETITIONS) if affordable else (CHECKED, 1)
    now = bench.stopwatch.wall
    begin_s = now()
    graph = network.build(bench.generator)
    built_s = now() - begin_s
    faces = _faces(graph, len(bench.cpus), bench.generator)
    tried = []
    with Crew(bench.cpus) as crew:
        for name, form in FORMS.items():
            begin_s = now()
            session = Session(form(graph).model(), threads=1)
            ready_s = built_s + now() - begin_s
            together = partial(Streams(session, crew, faces, run).together, crew.size, 1)
            together()
            run_s = min(timed(together, bench.stopwatch).wall_s for _ in range(repetitions))
            tried.append((run_s, ready_s, name))
    run_s, ready_s, name = min(tried)
    return Pace(name, ready_s / network.parameters, run_s / network.macs)


def _checked(bench: Bench, run: Run) -> float:
    """Return the seconds of one face through ``CHECKED``, once numpy agrees with every form."""
    graph = CHECKED.build(bench.generator)
    face = _faces(graph, 1, bench.generator)
    expected = evaluate(graph, face)
    took_s = 0.0
    for form in FORMS.values():
        session = Session(form(graph).model(), threads=1)
        begin_s = bench.stopwatch.wall()
        found = run(session, face)
        took_s = bench.stopwatch.wall() - begin_s
        expect_alike(found, expected, "a network that numpy computes too")
    return took_s


def _faces(graph: Graph, count: int, generator: np.random.Generator) -> np.ndarray:
    return generator.standard_normal((count, *graph.shapes[FACES]), dtype=np.float32)
