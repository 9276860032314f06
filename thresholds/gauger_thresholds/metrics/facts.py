"""Facts that a rule may ask for and that no probe can see, as far as the catalogue states them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from gauger_thresholds.catalogue.model import Kind, Segment
from gauger_thresholds.evaluate.kleene import Truth
from gauger_thresholds.metrics.camera_facts import CAMERA_FACTS, basis_of
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.packs.model import Subject


@dataclass(frozen=True, slots=True)
class Answer:
    """The truth of a fact, and what it rests on."""

    truth: Truth
    source: str


def datacenter(rating: PackageRating) -> Truth:
    """Is it designed or marketed for datacenters? (3A090 Note 2; the row's segment words)."""
    if None in rating.segments:
        return Truth.UNKNOWN
    known = {segment is Segment.DATACENTER for segment in rating.segments}
    if len(known) > 1:
        return Truth.UNKNOWN
    return Truth.TRUE if known == {True} else Truth.FALSE


def neural_network_ic(rating: PackageRating) -> Truth:
    """Is it a neural network integrated circuit? The list does not define the words.

    Only dedicated neural engines raise the question; a GPU, a CPU or a display chip does not.
    """
    return Truth.UNKNOWN if Kind.NPU in rating.kinds else Truth.FALSE


FACTS: Mapping[str, Callable[[PackageRating], Truth]] = {
    "datacenter": datacenter,
    "neuralNetworkIc": neural_network_ic,
}


def fact_names(subject: Subject) -> Collection[str]:
    """Return the facts that a rule on ``subject`` may ask for."""
    return CAMERA_FACTS.keys() if subject is Subject.CAMERA else FACTS.keys()


def answer(key: str, kind: Subject, machine: Machine, subject: str) -> Answer:
    """Return the fact ``key`` of ``subject``, an accelerator's or a camera's id by ``kind``."""
    if kind is Subject.CAMERA:
        camera = machine.cameras[subject]
        return Answer(CAMERA_FACTS[key](camera), basis_of(camera))
    rating = machine.ratings[subject]
    return Answer(FACTS[key](rating), ", ".join(rating.sources) or "the catalogue")
