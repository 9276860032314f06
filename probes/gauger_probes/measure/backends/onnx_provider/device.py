"""A device as ONNX Runtime names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderDevice:
    """Device ``ordinal`` of ``provider``; ``memory`` is what ONNX Runtime calls its memory."""

    provider: str
    memory: str
    ordinal: int
