"""Several faces, or batches of them, on their way through one network at the same time.

Each CPU takes faces of its own through the network on one thread, which leaves no CPU waiting for
another inside a layer. All share one session and so one copy of the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.crew import Crew
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.templates.graph import FACES

Array: TypeAlias = npt.NDArray[Any]
#: Returns the templates (batch × 512) of faces (batch × channels × height × width).
Run: TypeAlias = Callable[[Session, Array], Array]

#: What rounding in float32 may change when the same face goes through in another batch, as part of
#: the largest number of a template: kernels add up in another order, through a hundred layers.
_DRIFT = 1e-3


def run(session: Session, faces: Array) -> Array:
    """Run the network as it is."""
    return session.run({FACES: faces})


@dataclass(frozen=True, slots=True)
class Streams:
    """``faces`` (n × channels × height × width) are what can be sent through ``session``."""

    session: Session
    crew: Crew
    faces: Array
    run: Run

    def together(self, streams: int, batch: int) -> list[Array]:
        """Return the templates of ``batch`` faces for each of ``streams``, taken at once.

        The n-th stream's first face is the n-th of ``faces``.
        """
        given = [self._batch(at, batch) for at in range(streams)]
        return self.crew.each(lambda faces: self.run(self.session, faces), given)

    def check(self, streams: int, batch: int, alone: Sequence[Array]) -> None:
        """Compare templates of faces that went through together with those ``alone`` of the first.

        Raises:
            WrongResultError: one is not finite, or differs from what the face gives alone.
        """
        for at, templates in enumerate(self.together(streams, batch)):
            if len(templates) != batch or not np.isfinite(templates).all():
                raise WrongResultError("a template is not finite")
            for number, expected in enumerate(alone):
                place = (number - at) % len(self.faces)
                if place < batch:
                    expect_alike(templates[place], expected, "a face in a batch")

    def _batch(self, first: int, batch: int) -> Array:
        return np.ascontiguousarray(np.roll(self.faces, -first, axis=0)[:batch])


def expect_alike(found: Array, expected: Array, what: str, drift: float = _DRIFT) -> None:
    """Compare two templates; ``drift`` is what may differ, as part of the largest number.

    Raises:
        WrongResultError: they differ by more than rounding, or are not finite.
    """
    allowed = drift * float(np.abs(expected).max())
    # Written so that NaN fails.
    if not float(np.abs(found - expected).max()) <= allowed:
        raise WrongResultError(f"{what} does not give the template that it should")
