"""The error tree and the exit codes agree with each other and with the documented table."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent import errors
from gauger_agent.errors import GaugerError, NotAuthentic, NotBelieved, Refused, refusal
from gauger_agent.exit_codes import ExitCode, gravest
from gauger_agent.verify.check import Check, CheckStatus

#: The design's order of gravity; 2 ends a run before the others arise.
ORDER = (130, 2, 70, 73, 66, 20, 23, 21, 22, 10, 11, 0)


def _classes() -> list[type[GaugerError]]:
    members = inspect.getmembers(errors, inspect.isclass)
    return [kind for _, kind in members if issubclass(kind, GaugerError)]


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +(\d+)", errors.__doc__ or ""))
    here = set(_classes())
    leaves = {
        kind.__name__: str(int(kind.exit_code))
        for kind in here
        if not here.intersection(kind.__subclasses__())
    }
    assert drawn == leaves


def test_the_order_of_gravity_is_the_documented_one() -> None:
    assert sorted(ORDER) == sorted(int(code) for code in ExitCode)
    for at, code in enumerate(ORDER):
        assert gravest(ExitCode(other) for other in ORDER[at:]) == code


@given(st.lists(st.sampled_from(ExitCode)))
def test_the_order_in_which_codes_arise_does_not_matter(codes: list[ExitCode]) -> None:
    assert gravest(codes) == gravest(reversed(codes))
    assert gravest(codes) in (codes or [ExitCode.DONE])


def test_a_refusal_names_every_failed_check_and_takes_the_gravest_code() -> None:
    checks = (
        Check("signer", CheckStatus.FAILED, "a", "b", "get the key"),
        Check("mode", CheckStatus.PASSED),
        Check("evidence", CheckStatus.FAILED, "c", "d", "refuse it"),
    )
    error = refusal(checks, [ExitCode.NOT_BELIEVED, ExitCode.NOT_AUTHENTIC])
    assert type(error) is NotAuthentic
    assert error.message == "signer: b; evidence: d"
    assert error.advice == "get the key"
    assert error.checks == checks
    assert error.failed == (checks[0], checks[2])
    assert type(refusal(checks, [ExitCode.NOT_BELIEVED])) is NotBelieved


def test_a_code_that_refuses_nothing_makes_no_refusal() -> None:
    with pytest.raises(ValueError, match="not a refusal"):
        refusal((), [ExitCode.DONE])


def test_an_error_prints_its_message() -> None:
    assert str(Refused("what is wrong", "what to do")) == "what is wrong"
