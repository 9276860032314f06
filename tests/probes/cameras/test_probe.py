"""The probe ``cameras`` over captured machines, and over roots that show nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gauger_probes.cameras.probe import probe
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root

_MACHINE = Path(__file__).parents[2] / "fixtures/machines/vm-cameras"


def test_a_recorded_machine_gives_the_expected_cameras() -> None:
    result = probe(Context(Roots(_MACHINE / "tree", captured=True)))
    expected = json.loads((_MACHINE / "expected/cameras.json").read_text())
    assert to_json(result.cameras) == expected
    assert result.status is Status.OK
    assert result.notes == {"usbLinkMbps": {"1-1": 480.0, "1-2": 480.0}}


def test_a_machine_without_v4l2_or_usb_has_no_cameras_and_no_hole(tmp_path: Path) -> None:
    (tmp_path / "sys/class").mkdir(parents=True)
    result = probe(Context(Roots(tmp_path, captured=True)))
    assert (result.cameras, result.status, result.could_hide) == ((), Status.OK, ())


@pytest.mark.parametrize("folder", ["", "sys"])
def test_a_root_without_sysfs_could_hide_a_camera(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    result = probe(Context(Roots(tmp_path, captured=True)))
    assert result.status is Status.UNAVAILABLE
    assert result.could_hide == (Hidden.CAMERA,)


def test_a_usb_device_that_says_nothing_of_itself_is_a_hole(tmp_path: Path) -> None:
    (tmp_path / "sys/bus/usb/devices/1-4").mkdir(parents=True)
    result = probe(Context(Roots(tmp_path, captured=True)))
    assert result.status is Status.PARTIAL
    assert result.reason == "unreadable USB descriptors at port 1-4"
    assert result.could_hide == (Hidden.CAMERA,)


@pytest.mark.parametrize("closed", ["sys", "sys/class", "sys/bus/usb/devices"])
def test_a_directory_that_will_not_list_is_a_hole(closed: str) -> None:
    with open_folder() as folder:
        (folder / "sys/class/video4linux").mkdir(parents=True)
        (folder / "sys/bus/usb/devices").mkdir(parents=True)
        (folder / closed).chmod(0)
        with without_root():
            result = probe(Context(Roots(folder, captured=True)))
        (folder / closed).chmod(0o700)
    assert result.status is Status.DENIED
    assert result.could_hide == (Hidden.CAMERA,)
