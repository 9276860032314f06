"""A recording is read strictly: whatever is not one costs one clear reason and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gauger_probes.accelerators.nvml_answers import Handle, Refusal
from gauger_probes.accelerators.nvml_call import RecordingError
from gauger_probes.accelerators.nvml_recording import MAX_ANSWERS, MAX_BYTES, Recording, read
from gauger_probes.evidence.accelerator import Library
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from support.fake_probes import line
from support.nvml_machines import H100, document, machine

LIBRARY: dict[str, JsonValue] = {
    "path": "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.590.48.01",
    "sha256": "ab" * 32,
    "sizeBytes": 2_289_976,
    "ownerId": 0,
    "writable": False,
    "package": "libnvidia-compute-590",
    "intact": True,
}


def refused(text: str | bytes) -> str:
    """Return why ``text`` is not read."""
    with pytest.raises(RecordingError) as caught:
        read(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


def test_a_whole_recording_is_read() -> None:
    whole = document(machine(H100), library=LIBRARY, kernelModuleVersion="590.48.01")
    recording = read(json.dumps(whole).encode())
    path = "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.590.48.01"
    package = "libnvidia-compute-590"
    assert recording.library == Library(path, "ab" * 32, 2_289_976, 0, False, package, True)
    assert recording.kernel_module == "590.48.01"
    assert recording.ask("nvmlDeviceGetName", Handle("0")) == "NVIDIA H100 80GB HBM3"
    assert recording.document() == whole


def test_a_call_that_is_missing_reads_as_a_function_that_is_not_found() -> None:
    said = Recording({}).ask("nvmlDeviceGetName", Handle("0"))
    assert said == Refusal(13, "NVML_ERROR_FUNCTION_NOT_FOUND (13)")


def test_what_is_not_stated_around_the_answers_is_unknown() -> None:
    recording = read(b'{"schema": "gauger.nvml/1", "answers": {}}')
    assert recording == Recording({}, None, None, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "not JSON: "),
        ('{"schema": "gauger.nvml/1", "answers": {}, "answers": {}}', "not JSON: a field is given"),
        ('{"schema": NaN}', "not JSON: NaN is not a number"),
        ("[]", "the schema is not gauger.nvml/1"),
        ('{"host": 7}', "the schema is not gauger.nvml/1"),
        ('{"schema": "gauger.nvml/2", "answers": {}}', "the schema is not gauger.nvml/1"),
        ('{"schema": "gauger.nvml/1"}', "answers: expected an object, found null"),
        ('{"schema": "gauger.nvml/1", "answers": []}', "answers: expected an object, found a list"),
        ('{"schema": "gauger.nvml/1", "answers": {}, "\\u001b[2J": 1}', "unknown field '\\x1b[2J'"),
    ],
)
def test_what_is_no_recording_says_so(text: str, reason: str) -> None:
    assert refused(text).startswith(reason)


def test_bytes_that_are_no_text_are_no_recording() -> None:
    assert refused(b"\xff\xfe{}").startswith("not JSON: ")


def test_a_recording_beyond_its_bounds_is_not_looked_into() -> None:
    assert refused(b" " * (MAX_BYTES + 1)) == f"more than {MAX_BYTES} bytes"
    many = {f"nvmlDeviceGetHandleByIndex({at})": None for at in range(MAX_ANSWERS + 1)}
    assert refused(json.dumps(document(many))) == f"answers: 50001, more than {MAX_ANSWERS}"


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("nvmlInit()", 0),
        ("nvmlDeviceGetCount()", "8"),
        ("nvmlDeviceGetCount()", 8.0),
        ("nvmlDeviceGetCount()", True),
        ("nvmlDeviceGetCount()", None),
        ("nvmlDeviceGetCount()", 2**64),
        ("nvmlDeviceGetCount()", -(2**63) - 1),
        ("nvmlDeviceGetCount()", 10**400),
        ("nvmlDeviceGetName(0)", 7),
        ("nvmlDeviceGetName(0)", ["a"]),
        ("nvmlDeviceGetName(0)", "x" * 4097),
        ("nvmlDeviceGetName(0)", {"error": 0}),
        ("nvmlDeviceGetName(0)", {"error": 2**31}),
        ("nvmlDeviceGetName(0)", {"error": "3"}),
        ("nvmlDeviceGetName(0)", {"error": True}),
        ("nvmlDeviceGetName(0)", {"error": 3, "more": 1}),
        ("nvmlDeviceGetName(0)", {}),
        ("nvmlDeviceGetMigMode(0)", [1]),
        ("nvmlDeviceGetMigMode(0)", [1, 1, 1]),
        ("nvmlDeviceGetMigMode(0)", [1, None]),
        ("nvmlDeviceGetMigMode(0)", 1),
        ("nvmlDeviceGetHandleByIndex(0)", {"handle": "1"}),
        ("nvmlDeviceGetHandleByIndex(0)", {"handle": 0}),
        ("nvmlDeviceGetHandleByIndex(0)", "0"),
        ("nvmlDeviceGetMigDeviceHandleByIndex(0, 2)", {"handle": "0/1"}),
        ("nvmlDeviceGetPciInfo_v3(0)", {"busId": 1}),
        ("nvmlDeviceGetPciInfo_v3(0)", {"busIdLegacy": "0000:65:00.0"}),
        ("nvmlDeviceGetMemoryInfo(0)", {"total": [[[[]]]]}),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_call(call: str, answer: Any) -> None:
    assert refused(json.dumps(document({call: answer}))).startswith(f"answers: {call}: expected ")


@pytest.mark.parametrize(
    "call",
    ["nvmlDeviceGetSecret(0)", "nvmlInit", "os.system(0)", "", "nvmlInit()\n", "nvmlDeviceGetName"],
)
def test_a_call_that_the_table_lacks_is_refused(call: str) -> None:
    assert refused(json.dumps(document({call: 1}))).startswith("answers: no such call: ")


@pytest.mark.parametrize(
    "call",
    [
        "nvmlInit(0)",
        "nvmlDeviceGetName()",
        "nvmlDeviceGetName(0, 1)",
        "nvmlDeviceGetName(0/1/2)",
        "nvmlDeviceGetName(01)",
        "nvmlDeviceGetName(99999)",
        "nvmlDeviceGetMaxClockInfo(0)",
        "nvmlDeviceGetMaxClockInfo(0,1)",
        "nvmlDeviceGetMaxClockInfo(0, 0/1)",
        "nvmlDeviceGetMemoryInfo(0, 2, 3)",
        "nvmlDeviceGetHandleByIndex(99999999999)",
    ],
)
def test_arguments_that_a_call_does_not_take_are_refused(call: str) -> None:
    assert refused(json.dumps(document({call: 1}))) == f"answers: {call!r} has the wrong arguments"


def test_the_answers_of_another_kind_of_tree_are_named_in_a_bounded_way() -> None:
    assert len(refused(json.dumps(document({"x" * 100_000: 1})))) < 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"path": "lib.so"}, "library.path: not a path"),
        ({"path": "/lib/\x1b[2J.so"}, "library.path: not a path"),
        ({"path": "/" + "x" * 5000}, "library.path: not a path"),
        ({"sha256": "AB" * 32}, "library.sha256: not 64 hexadecimal digits"),
        ({"sizeBytes": -1}, "library: a negative number"),
        ({"ownerId": -1}, "library: a negative number"),
        ({"sizeBytes": "1"}, "library.sizeBytes: expected int"),
        ({"writable": 0}, "library.writable: expected bool"),
        ({"package": "\u202egpj"}, "library.package: not a name"),
        ({"trusted": True}, "library: unknown field 'trusted'"),
    ],
)
def test_a_library_that_is_not_described_rightly_is_refused(
    changes: dict[str, JsonValue], reason: str
) -> None:
    text = json.dumps(document({}, library={**LIBRARY, **changes}))
    assert refused(text).startswith(reason)


@pytest.mark.parametrize("version", ["", "590", "590.48.01 x", "a.b", "1." * 40 + "1", 590.48])
def test_a_kernel_module_of_no_version_is_refused(version: JsonValue) -> None:
    said = refused(json.dumps(document({}, kernelModuleVersion=version)))
    assert said == "kernelModuleVersion: not a version"


def test_a_reason_is_text_and_made_harmless() -> None:
    assert refused(json.dumps(document({}, notLoaded=7))).startswith("notLoaded: expected a string")
    told = document({}, notLoaded="\x1b[2J" + "x" * 10_000)
    reason = read(json.dumps(told).encode()).not_loaded or ""
    assert reason.startswith(r"\x1b[2Jxxx")
    assert len(reason) <= 256


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"host": 7}', "RecordingError: the schema is not gauger.nvml/1"),
        (" " * 10_000_000, f"RecordingError: more than {MAX_BYTES} bytes"),
        ("[" * 1_000_000, "RecordingError: not JSON: "),
    ],
    ids=["another document", "ten megabytes", "deep"],
)
def test_a_garbled_recording_costs_the_nvml_probe_alone(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "sys/class").mkdir(parents=True)
    (tmp_path / "nvml.json").write_text(text)
    evidence = run_probes(Roots(tmp_path, captured=True), ["accelerators"], Options())
    found = line(evidence, "accelerators.nvml")
    assert found.status is Status.CRASHED
    assert (found.reason or "").startswith(reason)
    assert found.could_hide == (Hidden.IDENTITY,)


def test_a_recording_that_is_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text(json.dumps(document(machine(H100))))
    tree = tmp_path / "tree"
    (tree / "sys/class").mkdir(parents=True)
    (tree / "nvml.json").symlink_to("../outside.json")
    evidence = run_probes(Roots(tree, captured=True), ["accelerators"], Options())
    assert all(entry.bus.value == "cpu" for entry in evidence.accelerators)
