"""What a probe is given and what it hands back.

A probe is a function ``(Context) -> Result``. It returns what it found and raises for what it
did not expect; timing, limits and failure are the runner's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gauger_probes.evidence.accelerator import Accelerator, Identity
from gauger_probes.evidence.camera import Camera, Control, Node
from gauger_probes.evidence.common import JsonValue, Limit, Measurement
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.host import Host
from gauger_probes.roots import Roots


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long probe is: ``done`` of ``total`` seconds, and what it is doing."""

    done: float
    total: float
    label: str


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for: seconds to spend on measuring, and ``force`` for busy devices.

    ``keep_frames`` names a folder for the frames that were analysed; ``None``: none is kept.
    ``known_pci`` and ``known_usb`` are the ids (``10de:2330``, lower-case hex) of devices that
    compute, whatever class they show; who has a catalogue hands them in.
    """

    budget_s: float = 30.0
    force: bool = False
    keep_frames: str | None = None
    known_pci: tuple[str, ...] = ()
    known_usb: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a probe may use. ``report`` tells the user how far it is."""

    roots: Roots
    options: Options = Options()
    report: Callable[[Progress], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Part:
    """How one part of a probe ended, when it is worth a coverage line of its own."""

    name: str
    status: Status
    reason: str | None = None
    could_hide: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """What a native library says of the accelerator at ``address`` (``0000:65:00.0``)."""

    address: str
    identity: Identity
    limits: tuple[Limit, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a /dev/videoN answered to its ioctls."""

    node: Node
    driver: str | None
    card: str | None
    bus_info: str | None
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements of the accelerator with this id."""

    accelerator: str
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Filmed:
    """Measurements of the camera with this id."""

    camera: str
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one probe found; every field it has nothing to say about keeps its default.

    ``not_cameras``: paths of video nodes that answered and are no camera's (codecs, tuners).
    ``answers``: what a native library answered, call by call, for a capture to keep.
    """

    host: Host | None = None
    cameras: tuple[Camera, ...] = ()
    accelerators: tuple[Accelerator, ...] = ()
    identified: tuple[Identified, ...] = ()
    asked: tuple[Asked, ...] = ()
    not_cameras: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()
    filmed: tuple[Filmed, ...] = ()
    status: Status = Status.OK
    reason: str | None = None
    could_hide: tuple[Hidden, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: Mapping[str, JsonValue] = field(default_factory=dict)
    answers: Mapping[str, JsonValue] = field(default_factory=dict)
