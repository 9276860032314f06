"""Bit length of one operation's inputs, by precision.

The largest input to the multiply counts (15 CFR 774 Supplement 1, 3A090, Technical Notes). TF32 is
left out: the notes do not name it and its inputs have 19 bits.
"""

from __future__ import annotations

from collections.abc import Mapping

BITS: Mapping[str, int] = {
    "fp64": 64,
    "fp32": 32,
    "fp16": 16,
    "fp8": 8,
    "int8": 8,
    "fp6": 6,
    "fp4": 4,
    "int4": 4,
}
