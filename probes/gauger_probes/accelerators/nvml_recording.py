"""``nvml.json``: every answer of NVIDIA's management library, errors included, to be read again.

A capture holds one, tests and fixtures are made of them. Reading is strict and bounded, since a
captured tree may be anybody's: each call must be one that the table of questions has, each answer
of the shape given there. No library and no binding is needed to read one.

``{"schema": "gauger.nvml/1", "library": {…} | null, "kernelModuleVersion": "590.48.01" | null,
"notLoaded": "why", "answers": {"nvmlDeviceGetName(0)": "…", "nvmlDeviceGetSerial(0)":
{"error": 3}}}``; ``notLoaded`` is there only where no library could be loaded. A call that is
missing reads as NVML_ERROR_FUNCTION_NOT_FOUND, so that older recordings stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gauger_probes import strict_json
from gauger_probes.accelerators.nvml_answers import (
    FUNCTION_NOT_FOUND,
    Argument,
    Refusal,
    refusal,
    spelt,
    value_or_refusal,
)
from gauger_probes.accelerators.nvml_call import RecordingError, check_answer
from gauger_probes.evidence.accelerator import Library
from gauger_probes.evidence.codec import DecodeError, from_json, kind_of, to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.text import clean

SCHEMA = "gauger.nvml/1"

#: Bytes of a recording. Sixteen GPUs of seven instances each take about 200 KiB.
MAX_BYTES = 4 * 1024 * 1024
#: Answers in a recording; a hundred for each of 256 devices, twice over.
MAX_ANSWERS = 50_000
#: Longest path of a library (PATH_MAX of linux/limits.h).
_MAX_PATH = 4096

_FIELDS = frozenset({"schema", "library", "kernelModuleVersion", "notLoaded", "answers"})
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,4}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Recording:
    """What a library answered, call by call, and what surrounded it.

    ``not_loaded`` says why no library could be loaded, where that is so.
    """

    answers: Mapping[str, JsonValue]
    library: Library | None = None
    kernel_module: str | None = None
    not_loaded: str | None = None

    def ask(self, function: str, *arguments: Argument) -> JsonValue | Refusal:
        """Return what was answered to that call."""
        call = spelt(function, *arguments)
        if call not in self.answers:
            return refusal(FUNCTION_NOT_FOUND)
        return value_or_refusal(self.answers[call])

    def document(self) -> dict[str, JsonValue]:
        """Return the JSON object that :func:`read` takes."""
        reason: dict[str, JsonValue] = {}
        if self.not_loaded is not None:
            reason["notLoaded"] = self.not_loaded
        return {
            "schema": SCHEMA,
            "library": None if self.library is None else to_json(self.library),
            "kernelModuleVersion": self.kernel_module,
            **reason,
            "answers": dict(self.answers),
        }


def read(raw: bytes) -> Recording:
    """Return the recording that ``raw`` holds.

    Raises:
        RecordingError: it is not one, or beyond its bounds; the message says where and why.
    """
    if len(raw) > MAX_BYTES:
        raise RecordingError(f"more than {MAX_BYTES} bytes")
    value = _parsed(raw)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise RecordingError(f"the schema is not {SCHEMA}")
    for name in value.keys() - _FIELDS:
        raise RecordingError(f"unknown field {name[:64]!r}")
    return Recording(
        answers=_answers(value.get("answers")),
        library=_library(value.get("library")),
        kernel_module=_version(value.get("kernelModuleVersion")),
        not_loaded=_reason(value.get("notLoaded")),
    )


def _parsed(raw: bytes) -> JsonValue:
    try:
        return strict_json.parse(raw)
    except ValueError as problem:
        raise RecordingError(f"not JSON: {problem}") from None


def _answers(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise RecordingError(f"answers: expected an object, found {kind_of(value)}")
    if len(value) > MAX_ANSWERS:
        raise RecordingError(f"answers: {len(value)}, more than {MAX_ANSWERS}")
    for call, answer in value.items():
        check_answer(call, answer)
    return value


def _library(value: JsonValue) -> Library | None:
    if value is None:
        return None
    try:
        library = from_json(Library, value, "library")
    except DecodeError as problem:
        raise RecordingError(str(problem)) from None
    path = clean(library.path, _MAX_PATH)
    if path != library.path or not path.startswith(("/", "~/")):
        raise RecordingError("library.path: not a path")
    if _SHA256.fullmatch(library.sha256) is None:
        raise RecordingError("library.sha256: not 64 hexadecimal digits")
    if library.size_bytes < 0 or library.owner_id < 0:
        raise RecordingError("library: a negative number")
    if library.package is not None and clean(library.package) != library.package:
        raise RecordingError("library.package: not a name")
    return library


def _version(value: JsonValue) -> str | None:
    if value is None or (isinstance(value, str) and _VERSION.fullmatch(value)):
        return value
    raise RecordingError("kernelModuleVersion: not a version")


def _reason(value: JsonValue) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else clean(value)
    raise RecordingError(f"notLoaded: expected a string, found {kind_of(value)}")
