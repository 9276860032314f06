"""What a measurement raises when the machine did its sum wrong."""

from __future__ import annotations


class WrongResultError(ArithmeticError):
    """What was timed did not compute what it should; its speed means nothing."""
