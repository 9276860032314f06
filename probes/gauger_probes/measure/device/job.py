"""What a device's process is told, and what it tells: one line of JSON each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.table import PARTS


@dataclass(frozen=True, slots=True)
class Job:
    """Measure ``device`` through ``backend`` for ``seconds``; ``None``: list what it reaches.

    ``backend`` is ``module:function``, a function without arguments that opens the backend.
    ``only`` names the one precision to multiply in, where nothing else is wanted; ``parts`` are the
    kinds of work; the process is gone ``gone_s`` seconds after it began, whatever happens.
    """

    backend: str
    device: str | None
    seconds: float
    gone_s: float
    only: str | None = None
    parts: tuple[str, ...] = PARTS


@dataclass(frozen=True, slots=True)
class Listed:
    """A device that a backend reaches, by its id in the evidence."""

    id: str
    properties: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that was learnt; ``done`` is the last.

    ``doing`` says what comes next, for whoever has to tell at what it stopped. ``about`` names
    the part that a ``problem`` belongs to (``gemm.fp16``).
    """

    listed: tuple[Listed, ...] = ()
    measurement: Measurement | None = None
    problem: str | None = None
    about: str | None = None
    status: Status = Status.OK
    doing: str | None = None
    done: bool = False
