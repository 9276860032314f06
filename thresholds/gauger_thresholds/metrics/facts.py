"""Facts that a rule may ask for and that no probe can see, as far as the catalogue states them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gauger_thresholds.catalogue.model import Kind, Segment
from gauger_thresholds.evaluate.kleene import Truth
from gauger_thresholds.metrics.rating import PackageRating


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
