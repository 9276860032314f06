"""Who holds a node is told by program, as far as one may look."""

from __future__ import annotations

from pathlib import Path

from gauger_probes.holders import Holders, holders
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root


def _process(root: Path, pid: int, name: str, *targets: str) -> Path:
    folder = root / f"proc/{pid}/fd"
    folder.mkdir(parents=True)
    (folder.parent / "comm").write_text(f"{name}\n")
    for number, target in enumerate(targets):
        (folder / str(number)).symlink_to(target)
    return folder


def test_the_programs_that_hold_the_node_are_named_once(tmp_path: Path) -> None:
    _process(tmp_path, 10, "zoom", "/dev/null", "/dev/video0")
    _process(tmp_path, 11, "zoom", "/dev/video0")
    _process(tmp_path, 12, "firefox", "/dev/video1", "socket:[77]")
    assert holders(Roots(tmp_path), "/dev/video0") == Holders(("zoom",), whole=True)


def test_our_own_processes_are_no_news(tmp_path: Path) -> None:
    _process(tmp_path, 10, "gauger", "/dev/video0")
    assert str(holders(Roots(tmp_path), "/dev/video0", own=(10,))) == "nobody seems to hold it"


def test_a_name_cannot_reach_the_terminal_as_it_is(tmp_path: Path) -> None:
    _process(tmp_path, 10, "\x1b[31mevil", "/dev/video0")
    assert holders(Roots(tmp_path), "/dev/video0").names == ("\\x1b[31mevil",)


def test_processes_of_others_are_said_to_be_out_of_sight() -> None:
    with open_folder() as root:
        closed = _process(root, 10, "zoom", "/dev/video0")
        closed.chmod(0)
        with without_root():
            found = holders(Roots(root), "/dev/video0")
        closed.chmod(0o755)
    assert found == Holders((), whole=False)
    assert "root" in str(found)


def test_a_system_without_proc_holds_nothing(tmp_path: Path) -> None:
    assert holders(Roots(tmp_path), "/dev/video0") == Holders((), whole=True)
