"""Which algorithm, in which layout, multiplies fastest: found by trying each for a moment.

The library's own favourite is not always its fastest. What says of itself that it computes in
another precision than the one asked for (emulation) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gauger_probes.measure.backends.cuda.cublaslt_abi import Implementation
from gauger_probes.measure.backends.cuda.described import Product, Proposal
from gauger_probes.measure.backends.cuda.formats import Format
from gauger_probes.measure.backends.protocol import NotNativeError

#: Seconds of the device that trying may take; one algorithm is always tried.
_TRIALS_S = 0.5
#: Repetitions of one trial, after one that is not counted.
_REPETITIONS = 3
_ANY_INPUT = Implementation(0xFF << 16)


@dataclass(frozen=True, slots=True)
class Choice:
    """The fastest of those ``tried``."""

    product: Product
    proposal: Proposal
    tried: int


#: The device's seconds for so many repetitions.
Timed = Callable[[Product, Proposal, int], float]


def fastest(products: Iterable[Product], timed: Timed) -> Choice:
    """Return the fastest algorithm of ``products``, as many as there is time to try.

    Raises:
        NotNativeError: none of them has one that really computes in the precision asked for.
        DeviceLostError: the device failed.
    """
    best: Choice | None = None
    best_s = float("inf")
    tried, spent_s = 0, 0.0
    words = ""
    for product in products:
        words = product.form.words
        for proposal in product.proposals():
            if spent_s > _TRIALS_S or not native(proposal.implementation, product.form):
                continue
            try:
                each_s, all_s = _trial(product, proposal, timed)
            except NotNativeError:
                continue
            tried, spent_s = tried + 1, spent_s + all_s
            if each_s < best_s:
                best_s, best = each_s, Choice(product, proposal, tried)
    if best is None:
        raise NotNativeError(f"cuBLASLt has no algorithm of its own for {words} on this device")
    return Choice(best.product, best.proposal, tried)


def _trial(product: Product, proposal: Proposal, timed: Timed) -> tuple[float, float]:
    """Return the seconds of one repetition, and of all of the trial.

    The first run loads the code too, unless it is so long that this does not matter.
    """
    first_s = timed(product, proposal, 1)
    if first_s >= _TRIALS_S:
        return first_s, first_s
    more_s = timed(product, proposal, _REPETITIONS)
    return more_s / _REPETITIONS, first_s + more_s


def native(implementation: Implementation, form: Format) -> bool:
    """Whether it reads what it was given; one that does not say is taken at its word."""
    stated = implementation & _ANY_INPUT
    return not stated or bool(stated & form.inputs)


def in_words(implementation: Implementation) -> str:
    """Return how an algorithm computes, by the library's own flags."""
    names = [each.name for each in Implementation if each in implementation and each.name]
    return "computed as " + " ".join(names) if names else "the library does not say how"
