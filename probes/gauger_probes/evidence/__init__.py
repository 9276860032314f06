"""Evidence: what was read and measured, with where each fact came from.

Types only. Every record is frozen; field names are snake_case here and lowerCamelCase in
JSON (see :mod:`gauger_probes.evidence.codec`). Quantities are plain numbers in base units
(``FLOP/s``, ``B/s``, ``px``, ``Hz``), identifiers and 64-bit counters are strings, times are
RFC 3339 UTC.
"""
