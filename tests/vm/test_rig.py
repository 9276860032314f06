"""What the agent found beside what v4l2-ctl lists, on a Debian with real drivers."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from gauger_probes.evidence.camera import Camera, Mode, NodeRole
from gauger_probes.evidence.coverage import Status
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import judge
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.load import built_in as packs
from support.v4l2_ctl import Listed, buffers, listing

pytestmark = pytest.mark.system

UNBOUND, DEAUTHORISED = "Rig unbound", "Rig deauthorised"
ESCAPED = r"\x1b[2J\x1b]0;owned\x07Eye"


def _camera(evidence: Evidence, name: str) -> Camera:
    (found,) = (camera for camera in evidence.cameras if camera.name == name)
    return found


def _listed(modes: tuple[Mode, ...]) -> set[Listed]:
    """Return the modes with their rates to three decimals, as v4l2-ctl prints them."""
    found = set()
    for mode in modes:
        assert mode.width is not None
        assert mode.height is not None
        rates = (f"{item.denominator / item.numerator:.3f}" for item in mode.intervals)
        found.add((mode.pixel_format, mode.width, mode.height, frozenset(rates)))
    return found


def test_the_agent_ran_to_its_end_and_its_manifest_verifies(rig: Path) -> None:
    codes = json.loads((rig / "codes.json").read_bytes())
    assert codes["run"] in {0, 10, 11}
    assert codes["verify"] == codes["run"]
    assert not list(rig.glob("failure-*"))


def test_no_probe_of_cameras_failed(signed: Evidence) -> None:
    found = {line.probe: line for line in signed.coverage if line.probe.startswith("cameras")}
    assert set(found) >= {"cameras", "cameras.v4l2"}
    assert {line.status for line in found.values()} == {Status.OK}, found


def test_every_node_has_the_modes_that_v4l2_ctl_lists(rig: Path, signed: Evidence) -> None:
    nodes = {node.path: node for camera in signed.cameras for node in camera.nodes}
    listings = {f"/dev/{path.stem}": path.read_text() for path in (rig / "v4l2-ctl").iterdir()}
    assert set(nodes) == set(listings)
    captures = 0
    for path, text in listings.items():
        if nodes[path].role is NodeRole.CAPTURE:
            captures += 1
            assert _listed(nodes[path].modes) == listing(text), path
        else:
            assert nodes[path].modes == (), path
    assert captures == 15  # twelve over USB, three of vivid


def test_the_evidence_of_probe_and_the_manifest_agree(rig: Path, signed: Evidence) -> None:
    found = json.loads((rig / "evidence.json").read_bytes())
    ids = [camera["id"] for camera in found["cameras"]]
    assert ids == [camera.id for camera in signed.cameras]


def test_layouts_of_real_models_come_through_whole(signed: Evidence) -> None:
    webcam, streamer = _camera(signed, "HD Webcam C270"), _camera(signed, "HD Pro Webcam C920")
    assert _formats(webcam) == {"YUYV", "MJPG"}
    assert _formats(streamer) == {"YUYV", "MJPG", "H264"}
    sizes = {(mode.width, mode.height) for mode in _driver_modes(webcam)}
    assert len(sizes) == 15
    assert (1280, 960) in sizes


def test_a_thermal_camera_shows_its_telemetry_rows(signed: Evidence) -> None:
    thermal = _camera(signed, "PureThermal")
    y16 = {(m.width, m.height) for m in _driver_modes(thermal) if m.pixel_format == "Y16 "}
    assert y16 == {(160, 120), (160, 122)}
    assert {"GREY", "UYVY"} < _formats(thermal)
    for mode in _driver_modes(thermal):
        (interval,) = mode.intervals
        assert interval.denominator / interval.numerator == pytest.approx(9, abs=0.01)


@pytest.mark.parametrize("name", [UNBOUND, DEAUTHORISED])
def test_a_camera_without_its_driver_is_there_with_its_claims(
    rig: Path, signed: Evidence, name: str
) -> None:
    camera = _camera(signed, name)
    assert not camera.bound
    assert camera.driver is None
    assert camera.nodes == ()
    assert camera.measurements == ()
    assert camera.descriptor_modes
    before = [listing(path.read_text()) for path in sorted((rig / "before").iterdir())]
    claimed = [modes for modes in before if modes]
    assert len(claimed) == 2
    assert all(_listed(camera.descriptor_modes) == modes for modes in claimed)


def test_what_is_over_usb_ip_is_remote_and_what_a_driver_makes_is_virtual(
    signed: Evidence,
) -> None:
    usb = [camera for camera in signed.cameras if camera.bus == "usb"]
    rest = [camera for camera in signed.cameras if camera.bus != "usb"]
    assert len(usb) == 14
    assert all(camera.remote and not camera.virtual for camera in usb)
    assert rest
    assert all(camera.virtual and not camera.remote for camera in rest)
    assert {camera.driver for camera in rest} == {"vivid"}


def test_a_name_with_escape_sequences_reaches_no_terminal(rig: Path, signed: Evidence) -> None:
    assert _camera(signed, ESCAPED).bound
    terminal, piped = ((rig / name).read_bytes() for name in ("terminal.raw", "verify.txt"))
    for shown in (terminal, piped):
        assert b"owned" in shown  # it is shown, and not left out
        assert b"\x1b[2J" not in shown
        assert b"\x1b]" not in shown
        assert b"\x07" not in shown
    assert b"\x1b" not in piped


def test_no_artefact_but_the_terminals_holds_a_control_character(rig: Path) -> None:
    for name in ("manifest.json", "evidence.json", "verify.txt"):
        text = (rig / name).read_bytes()
        assert re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", text) is None, name


@pytest.mark.parametrize(("camera", "hz"), [("liar", 5), ("paced", 40), ("slow", 10)])
def test_the_rig_itself_delivers_the_rate_that_it_means_to(
    rig: Path, camera: str, hz: float
) -> None:
    sent = buffers((rig / "stream" / f"{camera}.txt").read_text())
    assert [buffer.sequence for buffer in sent] == list(range(30))
    assert 29 / (sent[-1].timestamp_s - sent[0].timestamp_s) == pytest.approx(hz, rel=0.02)


def test_the_rig_stalls_and_skips_where_it_should(rig: Path) -> None:
    stalled = buffers((rig / "stream/staller.txt").read_text())
    assert len(stalled) == 20
    skipped = buffers((rig / "stream/skipper.txt").read_text())
    rate = (len(skipped) - 1) / (skipped[-1].timestamp_s - skipped[0].timestamp_s)
    assert rate == pytest.approx(7.5, rel=0.05)


def _driver_modes(camera: Camera) -> tuple[Mode, ...]:
    return tuple(mode for node in camera.nodes for mode in node.modes)


def _formats(camera: Camera) -> set[str]:
    return {mode.pixel_format for mode in _driver_modes(camera)}


@pytest.mark.parametrize("name", [UNBOUND, DEAUTHORISED])
def test_a_camera_that_was_not_measured_leaves_open_what_its_claim_would_meet(
    signed: Evidence, name: str
) -> None:
    camera = _camera(signed, name)
    judgement = judge(signed, packs(), catalogue(), date(2026, 11, 24))
    mine = [item for item in judgement.verdicts if item.subject == camera.id]
    found = {(item.level, item.outcome) for item in mine}
    assert (Level.REFERENCE, Outcome.INDETERMINATE) in found
    assert (Level.CONTROL, Outcome.MEETS) not in found
    assert ("unbound", camera.id) in {(item.doubt, item.subject) for item in judgement.doubts}
