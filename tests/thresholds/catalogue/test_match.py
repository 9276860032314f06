"""The narrowest pattern wins, and what fits equally well is returned together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_thresholds.catalogue.cpu_match import cpu_for
from gauger_thresholds.catalogue.load import built_in, parse
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue
from support.catalogue import pci, processor


def catalogue(**ids: str) -> Catalogue:
    rows = [
        f'[[device]]\nid = "maker/{name}"\nname = "{name}"\nkind = "gpu"\npci = ["{text}"]\n'
        'source = "s"\ngrade = "text"\n'
        for name, text in ids.items()
    ]
    return parse({"a.toml": "\n".join(rows).encode()})


def names(known: Catalogue, device: Accelerator) -> list[str]:
    return [row.name for row in devices_for(known, device)]


LADDER = catalogue(
    wildcard="10de:*",
    wide="10de:2500-25ff",
    narrow="10de:25b0-25bf",
    exact="10de:25b6",
    revision="10de:25b6@c8",
    subsystem="10de:25b6:10de:157e",
    both="10de:25b6:10de:157e@c8",
)


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("10de:25b6:10de:157e", "subsystem"),
        ("10de:25b6:10de:157e@c8", "both"),
        ("10de:25b6:10de:9999@c8", "revision"),
        ("10de:25b6@c8", "revision"),
        ("10de:25b7@c8", "narrow"),
        ("10de:25b6:10de:9999", "exact"),
        ("10de:25b6:1028:157e", "exact"),
        ("10de:25b6", "exact"),
        ("10de:25b7", "narrow"),
        ("10de:2500", "wide"),
        ("10de:25ff", "wide"),
        ("10de:2600", "wildcard"),
    ],
)
def test_the_narrowest_pattern_wins(device: str, expected: str) -> None:
    assert names(LADDER, pci(device)) == [expected]


def test_another_vendor_fits_nothing() -> None:
    assert devices_for(LADDER, pci("1002:25b6")) == ()


def test_rows_that_fit_equally_well_are_returned_together() -> None:
    twins = catalogue(one="1002:740c", two="1002:740c", family="1002:7400-74ff")
    assert names(twins, pci("1002:740c")) == ["one", "two"]


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("10de:25b6:10de:157e", ["nvidia/a2"]),
        ("10de:25b6:10de:14a9", ["nvidia/a16"]),
        ("10de:25b6", ["nvidia/a2", "nvidia/a16"]),
        ("1002:740c", ["amd/mi250x", "amd/mi250"]),
        ("1002:7408", ["amd/mi250x"]),
        ("1002:744c", ["amd/rx-7900-xtx", "amd/rx-7900-other"]),
        ("1002:7550", ["amd/rx-9070-xt", "amd/rx-9070"]),
        ("1e60:2864", ["hailo/hailo-8", "hailo/hailo-8l"]),
    ],
)
def test_ambiguous_ids_give_every_product_that_they_stand_for(
    device: str, expected: list[str]
) -> None:
    assert [row.id for row in devices_for(built_in(), pci(device))] == expected


def test_a_device_without_ids_fits_nothing() -> None:
    assert devices_for(built_in(), replace(pci("10de:2235"), pci=None)) == ()


def test_a_usb_stick_is_known_by_the_ids_that_its_source_spells() -> None:
    stick = replace(
        pci("0000:0000"),
        bus=Bus.USB,
        pci=None,
        identities=(Identity("usb:1a6e:089a", "Coral"),),
    )
    assert names(built_in(), stick) == ["Coral Edge TPU"]


def test_a_device_that_no_bus_lists_is_known_by_its_driver() -> None:
    board = replace(pci("0000:0000"), bus=Bus.PLATFORM, pci=None, driver="v3d")
    assert names(built_in(), board) == ["Broadcom VideoCore"]
    assert devices_for(built_in(), replace(board, driver=None)) == ()


def test_a_pci_function_does_not_match_usb_ids() -> None:
    assert devices_for(built_in(), pci("1a6e:089a")) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model_number": 0x55, "stepping": 4}, "intel/skylake-sp"),
        ({"model_number": 0x55, "stepping": 7}, "intel/cascade-lake"),
        ({"model_number": 0x55, "stepping": 11}, "intel/cooper-lake"),
        (
            {"model_number": 0x55, "stepping": 4, "model": "Intel(R) Xeon(R) Gold 5118 CPU"},
            "intel/xeon-one-fma",
        ),
        (
            {"model_number": 0x55, "stepping": 4, "model": "Intel(R) Xeon(R) Gold 5122 CPU"},
            "intel/xeon-two-fma",
        ),
        ({"model_number": 0x8F}, "intel/sapphire-rapids"),
        (
            {"model_number": 0x8F, "model": "Intel(R) Xeon(R) Platinum 8488C"},
            "intel/sapphire-rapids-server",
        ),
        (
            {"model_number": 0x8F, "model": "Intel(R) Xeon(R) Platinum 8480+"},
            "intel/xeon-8480",
        ),
        (
            {"model_number": 0x8F, "model": "Intel(R) Xeon(R) w9-3495X"},
            "intel/xeon-w9-3495x",
        ),
        ({"vendor": "AuthenticAMD", "family": 26, "model_number": 0x11}, "amd/zen5c-server"),
        ({"vendor": "AuthenticAMD", "family": 25, "model_number": 0xA1}, "amd/zen4c-server"),
        ({"family": 19, "model_number": 1}, "intel/diamond-rapids"),
        (
            {"vendor": None, "family": None, "architecture": "ppc64le", "model": "POWER10"},
            "ibm/power10",
        ),
        (
            {
                "vendor": None,
                "family": None,
                "architecture": "aarch64",
                "implementer": "61",
                "part": "023",
            },
            "apple/m1-m2",
        ),
    ],
)
def test_a_processor_is_known_by_numbers_and_name(
    changes: dict[str, object], expected: str
) -> None:
    found = cpu_for(built_in(), processor(**changes))
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"model_number": 0xF5},
        {"vendor": "SomebodyElse", "model_number": 0x8F},
        {"model_number": None},
        {"vendor": "AuthenticAMD", "family": 26, "model_number": 0x30},
        {"architecture": "sparc64", "model_number": 0x8F},
        {"architecture": "aarch64", "implementer": "41", "part": None},
    ],
)
def test_a_processor_of_no_row_is_not_guessed(changes: dict[str, object]) -> None:
    assert cpu_for(built_in(), processor(**changes)) is None
