"""Names from pci.ids: found in one pass, and a broken file costs names alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.accelerators.pci_ids import PciNames, Wanted, find, look_up

TEXT = """#
#\tVersion: 2026.08.22
#
10de  NVIDIA Corporation
# a comment between
\t20b2  GA100 [A100 SXM4 80GB]
\t\t10de 1463  A100-SXM4-80GB
\t20f3  GA100 [A800-SXM4-80GB]
1a03  ASPEED Technology, Inc.
\t2000  ASPEED Graphics Family
\t20b2  another vendor's 20b2

C 03  Display controller
\t00  VGA compatible controller
\t\t00  VGA controller
\t02  3D controller
C 12  Processing accelerators
\t00  Processing accelerators
"""
ALL = Wanted(
    vendors={"10de", "1a03", "ffff"},
    devices={"10de:20b2", "10de:20f3", "1a03:2000", "10de:ffff"},
    subsystems={"10de:20b2:10de:1463"},
    classes={"03", "0300", "0302", "1200", "ff"},
)


def names(text: str, wanted: Wanted = ALL) -> PciNames:
    return find(text.splitlines(keepends=True), wanted)


def test_vendors_devices_and_subsystems_have_their_names() -> None:
    found = names(TEXT)
    assert found.vendor("10de") == "NVIDIA Corporation"
    assert found.device("10de", "20b2") == "GA100 [A100 SXM4 80GB]"
    assert found.device("1a03", "2000") == "ASPEED Graphics Family"
    assert found.subsystem("10de:20b2", "10de:1463") == "A100-SXM4-80GB"


def test_classes_and_subclasses_have_their_names() -> None:
    found = names(TEXT)
    assert (found.class_("03"), found.class_("0300")) == (
        "Display controller",
        "VGA compatible controller",
    )
    assert (found.class_("0302"), found.class_("1200")) == (
        "3D controller",
        "Processing accelerators",
    )


def test_a_number_without_a_name_has_none() -> None:
    found = names(TEXT)
    assert (found.vendor("ffff"), found.vendor(None), found.device("10de", None)) == (None,) * 3
    assert found.device("10de", "ffff") is None


def test_what_was_not_asked_for_is_not_kept() -> None:
    found = names(TEXT, Wanted(vendors={"1a03"}))
    assert (found.vendor("10de"), found.device("10de", "20b2")) == (None, None)
    assert found.vendor("1a03") == "ASPEED Technology, Inc."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\t20b2  a device of no vendor\n",
        "10de\n\t20b2  a vendor without a name\n",
        "10DE  upper case\n\t20b2  x\n",
        "L 10de  a list of another kind\n\t20b2  x\n",
        "10de NVIDIA\n20b2 not indented\n",
        "\t\t10de 1463  a subsystem of nothing\n",
        "C zz  no class\n\t00  x\n",
        "10de" + "x" * 5000,
    ],
)
def test_a_malformed_line_names_nothing(text: str) -> None:
    found = names(text)
    assert found.device("10de", "20b2") is None
    assert found.subsystem("10de:20b2", "10de:1463") is None


def test_a_line_that_breaks_a_block_does_not_give_its_devices_away() -> None:
    text = "10de  NVIDIA Corporation\ngarbage\n\t20b2  not NVIDIA's\n"
    assert names(text).device("10de", "20b2") is None


def test_names_are_made_harmless() -> None:
    found = names("10de  NV\x1b[2JIDIA\n")
    assert found.vendor("10de") == "NV\\x1b[2JIDIA"


def test_the_newest_readable_file_is_taken(tmp_path: Path) -> None:
    old, new = tmp_path / "old.ids", tmp_path / "new.ids"
    old.write_text("#\tVersion: 2015.01.01\n10de  old name\n")
    new.write_text("#\tVersion: 2026.08.22\n10de  new name\n")
    for paths in ([old, new], [new, old], [tmp_path / "none.ids", new]):
        assert look_up(ALL, paths).vendor("10de") == "new name"
    assert look_up(ALL, [tmp_path / "none.ids", old]).vendor("10de") == "old name"


def test_a_file_without_a_version_serves_where_there_is_no_other(tmp_path: Path) -> None:
    path = tmp_path / "pci.ids"
    path.write_text("10de  some name\n")
    assert look_up(ALL, [path]).vendor("10de") == "some name"


def test_without_a_file_nothing_has_a_name(tmp_path: Path) -> None:
    assert look_up(ALL, [tmp_path / "absent", tmp_path]).vendor("10de") is None


def test_bytes_that_are_no_text_do_not_stop_the_search(tmp_path: Path) -> None:
    path = tmp_path / "pci.ids"
    path.write_bytes(b"0000  \xff\xfe\x00\n10de  NVIDIA\n" + b"\t" * 100_000)
    assert look_up(ALL, [path]).vendor("10de") == "NVIDIA"


@given(st.text(alphabet=st.sampled_from("10deC 0\t\n#abx"), max_size=300))
def test_any_text_is_searched_without_an_exception(text: str) -> None:
    assert isinstance(names(text), PciNames)
