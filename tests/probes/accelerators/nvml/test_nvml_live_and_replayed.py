"""A library that is asked and a recording of it that is read back give one result, by one code.

The library is the stand-in, asked through NVIDIA's own binding in a child of the runner's. It shows
that every question is put rightly and every answer recorded; it proves nothing about silicon.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pynvml
import pytest

from gauger_probes.accelerators import nvml, nvml_live
from gauger_probes.accelerators.nvml_live import LiveSession
from gauger_probes.accelerators.nvml_recording import MAX_ANSWERS, read
from gauger_probes.capture import replay
from gauger_probes.evidence.codec import from_json
from gauger_probes.evidence.common import JsonValue, Unread
from gauger_probes.registry import PROBES
from gauger_probes.result import Context, Options, Result
from gauger_probes.roots import Roots
from gauger_probes.run.limits import MAX_MESSAGE
from gauger_probes.run.protocol import Reply, encode_reply
from gauger_probes.run.runner import outcomes_of
from support.nvml_machines import (
    A100,
    GEFORCE,
    H100,
    H100_MIG,
    Answers,
    losing,
    machine,
)
from support.nvml_stand_in import install, tell

ONLY = [spec for spec in PROBES if spec.name == "accelerators.nvml"]

CONFIDENTIAL: dict[str, JsonValue] = {
    "nvmlSystemGetConfComputeState": {"environment": 2, "ccFeature": 1, "devToolsMode": 1},
    "nvmlSystemGetConfComputeGpusReadyState": 1,
}
MACHINES: dict[str, dict[str, JsonValue]] = {
    "h100": machine(H100),
    "h100 whose links keep their speed to themselves": machine(
        {**H100, "nvmlDeviceGetFieldValues({}, 90)": {"error": 3}}
    ),
    "h100-mig": machine(H100_MIG),
    "geforce": machine(GEFORCE),
    "a100s": machine(*[A100] * 8),
    "mixed": machine(GEFORCE, H100_MIG, A100),
    "confidential": machine(H100, **CONFIDENTIAL),
    "lost": losing(machine(H100, A100, GEFORCE), 1),
    "mismatch": {"nvmlInit()": {"error": 18}},
    "not loaded": {"nvmlInit()": {"error": 9}},
    "uncountable": {"nvmlInit()": None, "nvmlDeviceGetCount()": {"error": 999}},
    "none": machine(),
}


def result_of(roots: Roots) -> Result:
    """Return what the registered probe finds, in a child."""
    (outcome,) = outcomes_of(roots, None, Options(), specs=ONLY)
    assert outcome.result is not None, outcome.reason
    return outcome.result


def again(captured: Path) -> Result:
    """Return what the recording in the tree ``captured`` gives, in this process."""
    return replay.nvml(Context(Roots(captured, captured=True)))


def live(stand_in: Path, root: Path, answers: Answers) -> Result:
    """Return what the probe says on a machine where the library answers this."""
    tell(install(stand_in, root), answers)
    module = root / "proc/driver/nvidia/version"
    module.parent.mkdir(parents=True)
    module.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  590.48.01  x\n")
    return result_of(Roots(root))


@pytest.mark.parametrize("name", MACHINES)
def test_what_was_recorded_is_what_was_answered_and_reads_back_alike(
    stand_in: Path, tmp_path: Path, name: str
) -> None:
    answers = MACHINES[name]
    found = live(stand_in, tmp_path / "live", answers)
    assert found.answers["answers"] == answers
    captured = tmp_path / "captured"
    captured.mkdir()
    (captured / "nvml.json").write_text(json.dumps(found.answers))
    assert again(captured) == replace(found, answers={})
    assert read((captured / "nvml.json").read_bytes()).document() == found.answers


def test_a_machine_without_the_library_is_recorded_as_such(tmp_path: Path) -> None:
    found = nvml.ask([tmp_path / "absent"], Roots(tmp_path))
    (tmp_path / "nvml.json").write_text(json.dumps(found.answers))
    assert read((tmp_path / "nvml.json").read_bytes()).not_loaded == found.reason
    assert again(tmp_path) == replace(found, answers={})


def test_over_a_capture_nothing_native_is_loaded(stand_in: Path, tmp_path: Path) -> None:
    folder = install(stand_in, tmp_path)
    tell(folder, machine(A100))
    recording = {"schema": "gauger.nvml/1", "answers": machine(H100)}
    (tmp_path / "nvml.json").write_text(json.dumps(recording))
    (found,) = result_of(Roots(tmp_path, captured=True)).identified
    assert found.identity.name == "NVIDIA H100 80GB HBM3"
    assert not (folder / "calls").exists()


def test_reading_a_recording_needs_no_binding() -> None:
    program = "import sys; import gauger_probes.capture.replay; print('pynvml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"


def test_a_hand_built_capture_may_leave_the_kernel_module_to_its_tree(tmp_path: Path) -> None:
    recording = {"schema": "gauger.nvml/1", "answers": machine(H100)}
    (tmp_path / "nvml.json").write_text(json.dumps(recording))
    module = tmp_path / "proc/driver/nvidia/version"
    module.parent.mkdir(parents=True)
    module.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  x\n")
    reason = again(tmp_path).reason
    assert reason == "the kernel module is of version 580.95.05, NVML of a driver 590.48.01"


def asked(stand_in: Path, answers: Answers) -> Result:
    """Return what the probe says in this process, which has loaded the stand-in first."""
    tell(stand_in.parent, answers)
    return nvml.ask([stand_in], Roots(stand_in.parent / "empty"))


def test_the_library_is_described_at_every_device_and_instance(stand_in: Path) -> None:
    found = asked(stand_in, machine(H100_MIG))
    recorded = read(json.dumps(found.answers).encode()).library
    assert recorded is not None
    assert recorded.path == str(stand_in)
    assert len(found.identified) == 4
    assert {entry.identity.library for entry in found.identified} == {recorded}


def test_a_path_is_the_one_that_the_machine_itself_would_give(
    stand_in: Path, tmp_path: Path
) -> None:
    (found,) = live(stand_in, tmp_path, machine(A100)).identified
    assert found.identity.library is not None
    assert found.identity.library.path == "/usr/lib64/libnvidia-ml.so.590.48.01"


def test_a_field_with_an_error_of_its_own_is_refused(stand_in: Path) -> None:
    mute: Answers = {**H100, "nvmlDeviceGetFieldValues({}, 90)": {"error": 3}}
    (found,) = asked(stand_in, machine(mute)).identified
    assert "nvlinkSpeedBytesPerS" not in (found.identity.properties or {})
    assert found.identity.unread == ()


def test_text_that_is_not_unicode_is_recorded_and_shown_by_its_bytes(stand_in: Path) -> None:
    info = H100["nvmlDeviceGetPciInfo_v3({})"]
    assert isinstance(info, dict)
    odd = {**H100, "nvmlDeviceGetName({})": "\x1b[2JH100\udcff"}
    astray = {**H100, "nvmlDeviceGetPciInfo_v3({})": {**info, "busId": "\udcff:65:00.0"}}
    result = asked(stand_in, machine(odd, astray))
    assert result.identified[0].identity.name == r"\x1b[2JH100\xff"
    assert result.reason == r"device 1: PCI address unreadable: \xff:65:00.0"
    assert from_json(Result, json.loads(encode_reply(Reply("x", 0.0, result)))["result"]["result"])


def test_a_question_that_the_binding_is_too_old_for_costs_its_field_alone(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(pynvml, "nvmlDeviceGetNumGpuCores")
    (found,) = asked(stand_in, machine(H100)).identified
    said = "NVML_ERROR_FUNCTION_NOT_FOUND (13)"
    assert found.identity.unread == (Unread("units", said),)
    assert found.identity.memory_bytes == 85_520_809_984


def test_a_field_that_is_no_whole_number_is_not_taken_for_one(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = pynvml.c_nvmlFieldValue_t()
    entry.valueType = pynvml.NVML_VALUE_TYPE_DOUBLE
    monkeypatch.setattr(pynvml, "nvmlDeviceGetFieldValues", lambda _, __: [entry])
    (found,) = asked(stand_in, machine(H100)).identified
    said = "NVML_ERROR_UNKNOWN (999)"
    assert found.identity.unread == (Unread("nvlinkSpeedBytesPerS", said),)


@pytest.mark.parametrize("memory", [2**53, 2**53 + 1, 2**64 - 1])
def test_sizes_up_to_the_widest_are_recorded_exactly(stand_in: Path, memory: int) -> None:
    sizes: JsonValue = {"total": memory, "free": 0, "used": 0}
    result = asked(stand_in, machine({**H100, "nvmlDeviceGetMemoryInfo({})": sizes}))
    answers = result.answers["answers"]
    assert isinstance(answers, dict)
    assert answers["nvmlDeviceGetMemoryInfo(0)"] == sizes
    told = memory if memory <= 2**53 else None
    assert result.identified[0].identity.memory_bytes == told


def test_no_question_is_put_twice(stand_in: Path) -> None:
    session = LiveSession()
    tell(stand_in.parent, {"nvmlInit()": None, "nvmlDeviceGetCount()": 1})
    session.ask("nvmlInit")
    assert session.ask("nvmlDeviceGetCount") == 1
    tell(stand_in.parent, {"nvmlInit()": None, "nvmlDeviceGetCount()": 2})
    assert session.ask("nvmlDeviceGetCount") == 1
    session.close()


def test_questions_without_end_are_not_put(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvml_live, "MAX_ANSWERS", 20)
    result = asked(stand_in, machine(H100, GEFORCE))
    answers = result.answers["answers"]
    assert isinstance(answers, dict)
    assert len(answers) == 20
    assert result.reason == "device 1: more than 20 questions"


def test_sixteen_partitioned_gpus_are_well_within_a_message(stand_in: Path) -> None:
    seven = {
        call.replace("({}/0)", f"({{}}/{index})"): value
        for index in range(7)
        for call, value in H100_MIG.items()
    } | {
        f"nvmlDeviceGetMigDeviceHandleByIndex({{}}, {index})": {"handle": f"{{}}/{index}"}
        for index in range(7)
    }
    result = asked(stand_in, machine(*[seven] * 16))
    assert len(result.identified) == 16 * 8
    assert len(encode_reply(Reply("accelerators.nvml", 1.0, result))) < MAX_MESSAGE / 8
    answers = result.answers["answers"]
    assert isinstance(answers, dict)
    assert len(answers) < MAX_ANSWERS / 8
