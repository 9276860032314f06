"""Runs a model that we wrote with onnxruntime, which is imported here and nowhere earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.onnx_model import Model

#: The processors; every build of onnxruntime has it.
CPU = "CPUExecutionProvider"
#: Errors alone: its warnings on stderr are of no use to whoever measures.
_ERRORS = 3


class Session:
    """A model that is ready to run; ``providers`` are those that onnxruntime really uses."""

    def __init__(self, model: Model, threads: int, providers: Sequence[str] = (CPU,)) -> None:
        """Load ``model``; each run of it computes on ``threads`` threads, the caller's included.

        Raises:
            ImportError: onnxruntime is missing or cannot be loaded.
        """
        import onnxruntime

        onnxruntime.set_default_logger_severity(_ERRORS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            model.to_bytes(), options, providers=list(providers)
        )
        # It would keep the file for another try with other providers: a third of its memory.
        self._session._model_bytes = None
        self.providers: tuple[str, ...] = tuple(self._session.get_providers())

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return the model's one output. Several threads may run at the same time."""
        output: npt.NDArray[Any] = np.asarray(self._session.run(None, dict(inputs))[0])
        return output


def version() -> str:
    """Return onnxruntime's version.

    Raises:
        ImportError: it is missing or cannot be loaded.
    """
    import onnxruntime

    return str(onnxruntime.__version__)


def providers() -> tuple[str, ...]:
    """Return the names of all providers of the onnxruntime that is at hand, best first.

    That a provider is listed does not mean that this machine has its device.

    Raises:
        ImportError: onnxruntime is missing or cannot be loaded.
    """
    import onnxruntime

    return tuple(map(str, onnxruntime.get_available_providers()))
