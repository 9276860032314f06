"""The laws of Kleene's strong logic, by their names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gauger_thresholds.evaluate.kleene import Truth, all_of, any_of, negate

truths = st.sampled_from(Truth)
many = st.lists(truths, max_size=6)


@given(many)
def test_de_morgan(values: list[Truth]) -> None:
    assert negate(all_of(values)) is any_of(negate(value) for value in values)


@given(truths)
def test_double_negation(value: Truth) -> None:
    assert negate(negate(value)) is value


@given(many)
def test_identity(values: list[Truth]) -> None:
    assert all_of([*values, Truth.TRUE]) is all_of(values)
    assert any_of([*values, Truth.FALSE]) is any_of(values)


@given(many, st.integers(0, 5))
def test_resolving_an_unknown_never_flips_what_was_settled(values: list[Truth], at: int) -> None:
    """Monotone in information: what was settled before stays so when more is learnt."""
    if not values or values[at % len(values)] is not Truth.UNKNOWN:
        return
    for learnt in (Truth.TRUE, Truth.FALSE):
        known = [learnt if n == at % len(values) else value for n, value in enumerate(values)]
        for combine in (all_of, any_of):
            before = combine(values)
            assert before is Truth.UNKNOWN or combine(known) is before
