"""USB devices that compute are found by their numbers, driver or not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gauger_probes.accelerators.usb import probe
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Options, Result
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root
from support.trees import linked, planted

DEVICES = "sys/bus/usb/devices"
KNOWN = ("1a6e:089a", "18d1:9302", "03e7:2150", "03e7:2485", "03e7:f63b")
CORAL = {"idVendor": "18d1", "idProduct": "9302"}


def plugged(root: Path, port: str, files: Mapping[str, str]) -> Roots:
    return planted(root, {f"{DEVICES}/{port}/{name}": text for name, text in files.items()})


def probed(roots: Roots) -> Result:
    return probe(Context(roots, Options(known_usb=KNOWN)))


def test_a_machine_without_usb_is_quiet(tmp_path: Path) -> None:
    result = probed(Roots(tmp_path, captured=True))
    assert (result.status, result.reason) == (Status.NOT_RUN, "no USB on this machine")


def test_what_does_not_compute_is_left_out(tmp_path: Path) -> None:
    plugged(tmp_path, "1-1", {"idVendor": "046d", "idProduct": "085e"})
    plugged(tmp_path, "usb1", {**CORAL})
    plugged(tmp_path, "1-1:1.0", {**CORAL})
    assert probed(Roots(tmp_path, captured=True)) == Result()


def test_a_coral_without_a_driver_says_what_it_is(tmp_path: Path) -> None:
    strings = {"product": "Coral", "manufacturer": "Google", "serial": "01"}
    (found,) = probed(plugged(tmp_path, "1-4.2", {**CORAL, **strings})).accelerators
    assert found == Accelerator(
        id="usb-1-4.2",
        bus=Bus.USB,
        address="1-4.2",
        pci=None,
        driver=None,
        bound=False,
        parent=None,
        identities=(Identity("sysfs:usb 18d1:9302", "Coral", vendor="Google", serial="01"),),
    )


def test_the_driver_of_an_interface_is_the_devices(tmp_path: Path) -> None:
    plugged(tmp_path, "2-1", {**CORAL, "2-1:1.0/bInterfaceNumber": "00"})
    roots = linked(tmp_path, {f"{DEVICES}/2-1/2-1:1.0/driver": "../../../drivers/usbfs"})
    (found,) = probed(roots).accelerators
    assert (found.driver, found.bound) == ("usbfs", True)


@pytest.mark.parametrize(
    "numbers",
    KNOWN,
)
def test_each_device_of_the_list_is_found(tmp_path: Path, numbers: str) -> None:
    vendor, _, product = numbers.partition(":")
    roots = plugged(tmp_path, "1-1", {"idVendor": vendor, "idProduct": product})
    (found,) = probed(roots).accelerators
    assert found.identities[0].source == f"sysfs:usb {numbers}"


def test_a_device_that_nobody_asks_for_is_not_found(tmp_path: Path) -> None:
    roots = plugged(tmp_path, "1-1", {"idVendor": "1a6e", "idProduct": "089a"})
    assert probe(Context(roots)).accelerators == ()


def test_a_device_attached_over_the_network_says_so(tmp_path: Path) -> None:
    real = "sys/devices/platform/vhci_hcd.0/usb3/3-1"
    planted(tmp_path, {f"{real}/{name}": text for name, text in CORAL.items()})
    roots = linked(tmp_path, {f"{DEVICES}/3-1": f"/{real}"})
    (found,) = probed(roots).accelerators
    assert found.identities[0].properties == {"remote": True}


def test_a_device_whose_numbers_cannot_be_read_is_a_hole() -> None:
    with open_folder() as root:
        for port in ("1-1", "1-2", "1-3", "1-4", "1-5", "1-6"):
            roots = plugged(root, port, {"idVendor": "18d1", "idProduct": "twelve"})
        with without_root():
            result = probed(roots)
    assert (result.status, result.could_hide) == (Status.PARTIAL, (Hidden.ACCELERATOR,))
    assert result.reason == "numbers of 1-1, 1-2, 1-3, 1-4 and 2 more unreadable"


def test_a_string_that_may_not_be_read_is_said() -> None:
    with open_folder() as root:
        roots = plugged(root, "1-1", {**CORAL, "serial": "01"})
        (root / DEVICES / "1-1/serial").chmod(0)
        with without_root():
            (found,) = probed(roots).accelerators
    assert found.identities[0].unread == (Unread("serial", "permission denied"),)


def test_strings_with_escapes_are_made_harmless(tmp_path: Path) -> None:
    (found,) = probed(plugged(tmp_path, "1-1", {**CORAL, "product": "C\x1b[2J"})).accelerators
    assert found.identities[0].name == "C\\x1b[2J"


def test_links_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    planted(tmp_path / "out", CORAL)
    (tmp_path / "tree" / DEVICES).mkdir(parents=True)
    roots = linked(tmp_path / "tree", {f"{DEVICES}/1-1": str(tmp_path / "out")})
    assert probed(roots).accelerators == ()
