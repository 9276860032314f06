"""No link leads out of a captured tree, and one code path serves live and captured alike."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gauger_probes.roots import Roots
from gauger_probes.sysfs import Found, entries, link_name, read_attribute, read_bytes, read_hex
from support.privilege import open_folder, without_root


@pytest.fixture
def tree(tmp_path: Path) -> Roots:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    root = tmp_path / "tree"
    (root / "sys/real").mkdir(parents=True)
    (root / "sys/real/value").write_text("inside\n")
    return Roots(root, captured=True)


def _link(roots: Roots, name: str, target: str) -> None:
    (roots.root / "sys" / name).symlink_to(target)


@pytest.mark.parametrize("target", ["real", "/sys/real", "../sys/real", "./real/../real"])
def test_links_resolve_inside_the_tree(tree: Roots, target: str) -> None:
    _link(tree, "link", target)
    assert read_bytes(tree, "sys/link/value") == b"inside\n"


@pytest.mark.parametrize("target", ["../../outside", "../../../../outside", "../../../outside"])
def test_a_climbing_link_does_not_leave_the_tree(tree: Roots, target: str) -> None:
    _link(tree, "link", target)
    assert read_attribute(tree, "sys/link/secret").found is Found.ABSENT


def test_an_absolute_link_to_a_real_file_is_looked_for_inside(tree: Roots) -> None:
    _link(tree, "link", "/etc/passwd")
    assert read_attribute(tree, "sys/link").found is Found.ABSENT


def test_a_loop_of_links_ends(tree: Roots) -> None:
    _link(tree, "one", "two")
    _link(tree, "two", "one")
    with pytest.raises(OSError, match="symbolic") as caught:
        tree.resolve("sys/one")
    assert caught.value.errno == errno.ELOOP
    assert read_attribute(tree, "sys/one").found is Found.GARBLED


def test_a_pipe_in_a_tree_is_not_waited_for(tree: Roots) -> None:
    os.mkfifo(tree.root / "sys/pipe")
    assert read_attribute(tree, "sys/pipe").found is Found.GARBLED


def test_a_device_in_a_tree_is_not_read(tree: Roots) -> None:
    _link(tree, "zero", "/dev/zero")
    assert read_attribute(tree, "sys/zero").text is None


def test_absent_and_present_differ(tree: Roots) -> None:
    assert read_attribute(tree, "sys/none") == read_attribute(tree, "sys/none/deeper", "none")
    assert read_attribute(tree, "sys/real/value").text == "inside"


def test_denied_is_not_absent() -> None:
    with open_folder() as folder:
        (folder / "value").write_text("closed")
        (folder / "value").chmod(0)
        with without_root():
            attribute = read_attribute(Roots(folder), "value")
    assert attribute.found is Found.DENIED
    assert attribute.unread()[0].reason == "permission denied"


@pytest.mark.parametrize(
    ("text", "value"), [("0x10DE\n", "10de"), ("10de", "10de"), ("zz", None), ("0x12345", None)]
)
def test_a_hexadecimal_attribute_is_normalised_or_refused(
    tree: Roots, text: str, value: str | None
) -> None:
    (tree.root / "sys/real/vendor").write_text(text)
    assert read_hex(tree, "sys/real/vendor", 4) == value


def test_names_come_sorted_and_from_links(tree: Roots) -> None:
    _link(tree, "driver", "../../bus/pci/drivers/nvidia")
    assert list(entries(tree, "sys")) == ["driver", "real"]
    assert link_name(tree, "sys/driver") == "nvidia"
    assert link_name(tree, "sys/real") is None
    assert list(entries(tree, "nowhere")) == []
