"""A capture of this machine answers as the machine does, by the same code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_probes.accelerators.nvml_recording import read
from gauger_probes.capture.record import save_answers
from gauger_probes.capture.recording import RecordingRoots, save
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Status
from gauger_probes.registry import PROBES
from gauger_probes.result import Options, Result
from gauger_probes.roots import Roots
from gauger_probes.run.outcome import Outcome
from gauger_probes.run.runner import run_probes
from support.command import gauger
from support.nvml_machines import H100_MIG, document, machine


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("capture")
    done = gauger("probe", "--record", folder / "machine", "--json", home=folder)
    assert done.code == ExitCode.DONE, done.err
    return done.json, folder / "machine"


def test_the_capture_says_of_the_machine_what_the_machine_says(
    captured: tuple[Any, Path], tmp_path: Path
) -> None:
    live, folder = captured
    again = gauger("probe", "--sysroot", folder, "--json", home=tmp_path).json
    for part in ("board", "system", "bios", "processors", "memory", "nics", "disks", "secureBoot"):
        assert again["host"][part] == live["host"][part], part
    assert again["cameras"] == live["cameras"]
    assert [item["id"] for item in again["accelerators"]] == [
        item["id"] for item in live["accelerators"]
    ]


def test_the_capture_holds_no_name_and_no_address_of_the_machine(
    captured: tuple[Any, Path],
) -> None:
    import socket

    name = socket.gethostname().encode()
    for path in captured[1].rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert name not in path.read_bytes().split(), path


def test_a_capture_can_be_run_and_verified(captured: tuple[Any, Path], tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    done = gauger("run", "--sysroot", captured[1], "--output", file, "--json", home=tmp_path)
    again = gauger("verify", file, "--accept-captured", "--json", home=tmp_path)
    assert again.code == done.code


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = gauger("probe", "--record", tmp_path, home=tmp_path)
    assert done.code == ExitCode.OUTPUT_UNWRITABLE
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_capture_holds_what_the_management_library_answered_or_why_there_is_none(
    captured: tuple[Any, Path],
) -> None:
    recording = read((captured[1] / "nvml.json").read_bytes())
    assert recording.answers or recording.not_loaded


def test_raw_answers_are_saved_as_they_are_and_the_result_where_there_are_none(
    tmp_path: Path,
) -> None:
    raw = Result(status=Status.PARTIAL, answers={"schema": "gauger.nvml/1", "answers": {}})
    for name, result in {"nvml.json": raw, "dev.json": Result()}.items():
        spec = next(spec for spec in PROBES if spec.recording == name)
        save_answers(spec, Outcome(spec.name, result.status, result=result), tmp_path)
    assert json.loads((tmp_path / "nvml.json").read_text()) == raw.answers
    assert json.loads((tmp_path / "dev.json").read_text()) == to_json(Result())


def test_what_a_library_answered_is_read_back_errors_included(tmp_path: Path) -> None:
    address = "0000:00:09.0"
    device = tmp_path / "sys/bus/pci/devices" / address
    device.mkdir(parents=True)
    for name, text in {"class": "0x030200", "vendor": "0x10de", "device": "0x2330"}.items():
        (device / name).write_text(text)
    answers = machine({**H100_MIG, "nvmlDeviceGetSerial({})": {"error": 3}})
    (tmp_path / "nvml.json").write_text(json.dumps(document(answers)))
    evidence = run_probes(Roots(tmp_path, captured=True), None, Options())
    found = next(item for item in evidence.accelerators if item.address == address)
    nvml = next(identity for identity in found.identities if identity.source == "nvml")
    assert Unread("serial", "NVML_ERROR_NOT_SUPPORTED (3)") in nvml.unread
    slices = [item for item in evidence.accelerators if item.parent == found.id]
    assert [item.id for item in slices] == [f"{address}/mig/{index}" for index in range(3)]


def test_a_garbled_recording_costs_that_probe_alone(tmp_path: Path) -> None:
    (tmp_path / "sys/class").mkdir(parents=True)
    for name in ("nvml.json", "dev.json"):
        (tmp_path / name).write_text('{"host": 7}')
    evidence = run_probes(Roots(tmp_path, captured=True), None, Options())
    lines = {line.probe: line.status.value for line in evidence.coverage}
    assert lines["accelerators.nvml"] == "crashed"
    assert lines["cameras.v4l2"] == "crashed"
    assert lines["host"] != "crashed"


def test_only_what_was_read_is_saved_with_the_links_on_the_way(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sys/real").mkdir(parents=True)
    (root / "sys/real/read").write_text("1")
    (root / "sys/real/unread").write_text("2")
    (root / "sys/link").symlink_to("real")
    (root / "etc").mkdir()
    (root / "etc/secret").write_text("3")
    roots = RecordingRoots(root)
    roots.resolve("sys/link/read")
    roots.resolve("etc/secret")
    assert save(roots, tmp_path / "copy") == 1
    assert (tmp_path / "copy/sys/link/read").read_text() == "1"
    assert not (tmp_path / "copy/sys/real/unread").exists()
    assert not (tmp_path / "copy/etc").exists()
