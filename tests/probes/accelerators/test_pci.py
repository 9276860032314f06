"""PCI functions: everything that can compute is listed, and nothing that lies is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators import pci
from gauger_probes.evidence.accelerator import Accelerator, Bus, PciId
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root
from support.trees import captured, copied, linked, planted

DEVICES = "sys/bus/pci/devices"
A100 = {"vendor": "0x10de", "device": "0x20b2", "class": "0x030200"}


def bus(root: Path, **functions: dict[str, str]) -> Roots:
    """Return a tree with these functions at slots ``s01`` (bus 01) and so on."""
    for slot, attributes in functions.items():
        path = f"{DEVICES}/0000:{slot[1:]}:00.0"
        planted(root, {f"{path}/{name}": text for name, text in attributes.items()})
    return Roots(root, captured=True)


def found(roots: Roots) -> tuple[Accelerator, ...]:
    return pci.scan(roots, names_from=[]).accelerators


def test_both_cards_and_the_management_vga_of_a_server_are_listed() -> None:
    scan = pci.scan(captured("a800-and-a100"))
    assert [(item.address, item.driver, item.bound) for item in scan.accelerators] == [
        ("0000:07:00.0", "nvidia", True),
        ("0000:0f:00.0", None, False),
        ("0000:c5:00.0", "ast", True),
    ]
    assert scan.part is None
    first = scan.accelerators[0]
    assert first.pci == PciId("10de", "20f3", "10de", "1463", "030200", "a1")
    assert (first.id, first.bus, first.parent) == ("0000:07:00.0", Bus.PCI, None)


def test_a_laptops_graphics_are_listed_and_its_other_intel_functions_are_not() -> None:
    (graphics,) = found(captured("laptop-raptor-lake"))
    assert (graphics.address, graphics.driver) == ("0000:00:02.0", "i915")


def test_an_emulated_card_is_listed_without_a_name() -> None:
    (card,) = found(captured("vm-plain"))
    assert card.pci is not None
    assert (card.pci.vendor, card.pci.device, card.driver) == ("1234", "1111", "bochs-drm")
    assert [(item.source, item.name) for item in card.identities] == [("pci", None)]


def test_names_come_from_the_given_pci_ids_and_never_decide(tmp_path: Path) -> None:
    ids = tmp_path / "pci.ids"
    ids.write_text("10de  NVIDIA Corporation\n\t20f3  GA100 [A800-SXM4-80GB]\n")
    first, second, _ = pci.scan(captured("a800-and-a100"), names_from=[ids]).accelerators
    assert first.identities[0].name == "GA100 [A800-SXM4-80GB]"
    assert (second.identities[0].name, second.identities[0].vendor) == (None, "NVIDIA Corporation")


@pytest.mark.parametrize(
    ("number", "is_listed"),
    [
        ("0x030000", True),
        ("0x030200", True),
        ("0x038000", True),
        ("0x120000", True),
        ("0x120100", False),
        ("0x0b4000", True),
        ("0x0b3000", False),
        ("0x118000", False),
        ("0x048000", False),
        ("0x088000", False),
        ("0x068000", False),
        ("0x000300", False),
    ],
)
def test_the_class_decides_what_is_listed(tmp_path: Path, number: str, is_listed: bool) -> None:
    roots = bus(tmp_path, s01={"vendor": "0x8086", "device": "0x0001", "class": number})
    assert bool(found(roots)) == is_listed


@pytest.mark.parametrize("number", ["0x118000", "0x048000", "0x088000", "0xff0000"])
def test_an_accelerator_whose_ids_are_known_is_listed_whatever_its_class(
    tmp_path: Path, number: str
) -> None:
    roots = bus(tmp_path, s01={"vendor": "0x1022", "device": "0x1502", "class": number})
    assert found(roots) == ()
    (listed,) = pci.scan(roots, ["1022:1502"], []).accelerators
    assert listed.pci is not None
    assert listed.pci.class_ == number[2:]


def test_a_field_that_the_tree_lacks_is_none(tmp_path: Path) -> None:
    (card,) = found(bus(tmp_path, s01={"class": "0x030200", "vendor": "0x10de"}))
    assert card.pci == PciId("10de", None, None, None, "030200", None)


@pytest.mark.parametrize("garbage", ["", "zzzz", "0xfffff", "-1", "0x10de 0x20b2", "\x00"])
def test_a_malformed_number_neither_crashes_nor_hides_the_function(
    tmp_path: Path, garbage: str
) -> None:
    (card,) = found(bus(tmp_path, s01={**A100, "device": garbage}))
    assert card.pci is not None
    assert (card.pci.vendor, card.pci.device) == ("10de", None)


@pytest.mark.parametrize("attributes", [{**A100, "class": "VGA"}, {"vendor": "0x10de"}, {"x": ""}])
def test_a_function_without_a_class_is_a_hole_and_said_to_be_one(
    tmp_path: Path, attributes: dict[str, str]
) -> None:
    scan = pci.scan(bus(tmp_path, s01=attributes, s02=A100), names_from=[])
    assert [item.address for item in scan.accelerators] == ["0000:02:00.0"]
    assert scan.part is not None
    assert (scan.part.name, scan.part.status) == ("accelerators.pci", Status.PARTIAL)
    assert scan.part.reason == "class of 0000:01:00.0 unreadable"
    assert scan.part.could_hide == (Hidden.ACCELERATOR,)


def test_many_holes_are_counted_and_not_all_spelt_out(tmp_path: Path) -> None:
    roots = bus(tmp_path, **{f"s{slot:02x}": {"vendor": "0x10de"} for slot in range(40)})
    part = pci.scan(roots, names_from=[]).part
    assert part is not None
    assert part.reason is not None
    assert part.reason.endswith("0000:03:00.0 and 36 more unreadable")


def test_a_name_that_is_no_pci_address_is_a_hole(tmp_path: Path) -> None:
    roots = planted(tmp_path, {f"{DEVICES}/\x1b[2J/class": "0x030200"})
    scan = pci.scan(roots, names_from=[])
    assert scan.accelerators == ()
    assert scan.part is not None
    assert scan.part.reason == "class of \\x1b[2J unreadable"


def test_a_wide_domain_is_an_address_like_any_other(tmp_path: Path) -> None:
    planted(tmp_path, {f"{DEVICES}/10000:e1:00.0/{name}": text for name, text in A100.items()})
    assert [item.id for item in found(Roots(tmp_path, captured=True))] == ["10000:e1:00.0"]


def test_a_virtual_function_names_its_package_as_parent(tmp_path: Path) -> None:
    roots = bus(tmp_path, s01=A100, s02=A100)
    linked(tmp_path, {f"{DEVICES}/0000:02:00.0/physfn": "../0000:01:00.0"})
    assert [item.parent for item in found(roots)] == [None, "0000:01:00.0"]


@pytest.mark.parametrize("target", ["../0000:99:00.0", "../0000:01:00.0", "/0000:02:00.0", "../x"])
def test_a_slice_of_nothing_is_counted_as_a_package(tmp_path: Path, target: str) -> None:
    roots = bus(tmp_path, s01=A100, s02=A100)
    linked(
        tmp_path,
        {
            f"{DEVICES}/0000:01:00.0/physfn": target,
            f"{DEVICES}/0000:02:00.0/physfn": "../0000:01:00.0",
        },
    )
    assert [item.parent for item in found(roots)] == [None, None]


@pytest.mark.parametrize("climb", ["", "../" * 12])
def test_a_function_that_links_out_of_the_tree_is_a_hole_and_not_read(
    tmp_path: Path, climb: str
) -> None:
    outside = tmp_path / "outside"
    planted(outside, A100)
    target = climb + str(outside).lstrip("/") if climb else str(outside)
    scan = pci.scan(linked(tmp_path / "tree", {f"{DEVICES}/0000:01:00.0": target}), names_from=[])
    assert scan.accelerators == ()
    assert scan.part is not None
    assert scan.part.reason == "class of 0000:01:00.0 unreadable"


def test_a_driver_link_gives_its_name_and_is_not_followed(tmp_path: Path) -> None:
    roots = bus(tmp_path, s01=A100)
    linked(tmp_path, {f"{DEVICES}/0000:01:00.0/driver": "/sys/bus/pci/drivers/nv\x1bidia"})
    assert found(roots)[0].driver == "nv\\x1bidia"


def test_a_link_loop_is_a_hole(tmp_path: Path) -> None:
    roots = linked(tmp_path, {f"{DEVICES}/0000:01:00.0": "0000:01:00.0"})
    assert pci.scan(roots, names_from=[]).part is not None


def test_a_machine_without_a_pci_bus_has_no_hole(tmp_path: Path) -> None:
    scan = pci.scan(planted(tmp_path, {"sys/class/net/lo/type": "772"}), names_from=[])
    assert (scan.accelerators, scan.part, scan.has_bus) == ((), None, False)


def test_a_bus_that_may_not_be_listed_is_a_hole() -> None:
    with open_folder() as folder:
        roots = bus(folder, s01=A100)
        (folder / DEVICES).chmod(0)
        with without_root():
            scan = pci.scan(roots, names_from=[])
        (folder / DEVICES).chmod(0o755)
    assert scan.part is not None
    assert (scan.part.status, scan.part.could_hide) == (Status.DENIED, (Hidden.ACCELERATOR,))


def test_a_bus_that_is_no_directory_is_a_hole(tmp_path: Path) -> None:
    scan = pci.scan(planted(tmp_path, {DEVICES: "no directory"}), names_from=[])
    assert scan.part is not None
    assert (scan.part.status, scan.part.could_hide) == (Status.PARTIAL, (Hidden.ACCELERATOR,))


def test_a_function_that_is_taken_away_leaves_the_others(tmp_path: Path) -> None:
    roots = copied("a800-and-a100", tmp_path)
    (tmp_path / DEVICES / "0000:07:00.0").unlink()
    assert [item.address for item in found(roots)] == ["0000:0f:00.0", "0000:c5:00.0"]
