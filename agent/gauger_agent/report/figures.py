"""Numbers for people: units with SI prefixes, thin spaces in thousands, ratios."""

from __future__ import annotations

_PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def si(value: float, unit: str) -> str:
    """Return ``value`` with three digits and an SI prefix (``6.1 TFLOP/s``).

    What is counted (unit ``1/s``) takes none: ``10 500 1/s``.
    """
    for factor, prefix in _PREFIXES:
        if abs(value) >= factor and not unit.startswith("1"):
            return f"{_three(value / factor)} {prefix}{unit}"
    return f"{plain(value)} {unit}"


def span(value: float, low: float, high: float, unit: str) -> str:
    """Return a value with its interval in one prefix: ``6.1 TFLOP/s (6.0–6.2)``."""
    factor = next((factor for factor, _ in _PREFIXES if abs(value) >= factor), 1.0)
    return f"{si(value, unit)} ({_three(low / factor)}–{_three(high / factor)})"


def plain(value: float) -> str:
    """Return a number with grouped thousands and no more digits than it needs."""
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.3g}"


def _three(value: float) -> str:
    """Return a number with three digits, and never with a power of ten where four are whole."""
    return plain(value) if 100 <= abs(value) < 10_000 else f"{value:.3g}"


def threshold(value: float, unit: str) -> str:
    """Return a threshold in the unit that its metric has."""
    return si(value, unit) if unit.endswith("/s") else plain(value)


def ratio(margin: float | None) -> str:
    """Return value ÷ threshold: ``×3.3``, or how near when within five percent."""
    if margin is None:
        return ""
    if 0.95 <= margin < 1:
        return f"{100 * (1 - margin):.1f} % under"
    if 1 <= margin <= 1.05:
        return f"{100 * (margin - 1):.1f} % over"
    return f"×{margin:.2g}" if margin < 100 else f"×{margin:,.0f}"
