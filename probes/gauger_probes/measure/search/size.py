"""How many templates are searched: as many as memory and time allow, and more than caches hold.

Past the caches the rate hardly depends on the size, so that a gallery larger than the least that
misses them is taken only where there is time to fill and to search it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance, last_level_cache
from gauger_probes.measure.search.precisions import WIDTHS
from gauger_probes.measure.search.templates import DIMENSIONS
from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_bytes

_MIB = 1024 * 1024
#: Templates that are enough for any machine: people ask how long a million take.
MOST = 1_000_000
#: Bytes of templates that no cache holds a useful part of: four times all last-level caches; the
#: least is for machines that state none. STREAM asks the same of its arrays.
_CACHES, _LEAST = 4, 64 * _MIB
#: Parts of the share that filling, and one search for one face, may take.
_FILLING, _REPETITION = 0.25, 1 / 48

_TOTAL = re.compile(rb"^MemTotal:\s+([0-9]{1,15}) kB", re.MULTILINE)
#: Part of all memory that templates may fill when nothing else is asked of a machine.
_FILLED = 0.9


@dataclass(frozen=True, slots=True)
class Pace:
    """What one template costs in seconds: to be made, and to be compared with one query.

    ``search_s`` has the batches that there is time for, by their queries; 1 is always among them.
    """

    fill_s: float
    search_s: Mapping[int, float]


def wanted(precision: Precision, bytes_each: int, pace: Pace, share_s: float, bench: Bench) -> int:
    """Return the number of templates to search where ``share_s`` seconds are left."""
    in_memory = allowance(bench.roots) // bytes_each
    in_time = min(
        _affordable(_FILLING * share_s, pace.fill_s),
        _affordable(_REPETITION * share_s, pace.search_s[1]),
        MOST,
    )
    return min(in_memory, max(in_time, beyond_caches(precision, bench)))


def beyond_caches(precision: Precision, bench: Bench) -> int:
    """Return the least number of templates that miss every cache."""
    cache = last_level_cache(bench.roots, bench.cpus) or 0
    return max(_LEAST, _CACHES * cache) // (DIMENSIONS * WIDTHS[precision])


def largest(roots: Roots) -> JsonValue:
    """Return how many templates of each precision the machine's memory holds, and by which rule.

    ``None`` where /proc/meminfo states no total.
    """
    try:
        match = _TOTAL.search(read_bytes(roots, "proc/meminfo"))
    except OSError:
        return None
    if not match:
        return None
    room = int(_FILLED * int(match[1]) * 1024)
    sizes: dict[str, JsonValue] = {
        precision.value: room // (DIMENSIONS * width) for precision, width in WIDTHS.items()
    }
    rule = f"{_FILLED:.0%} of MemTotal, {DIMENSIONS} numbers a template and nothing beside them"
    return sizes | {"rule": rule}


def _affordable(limit_s: float, each_s: float) -> int:
    return int(limit_s / each_s) if each_s > 0 else MOST
