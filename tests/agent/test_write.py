"""Writing output files: whole or not at all, on real and on full filesystems."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gauger_agent.errors import OutputUnwritable
from gauger_agent.exit_codes import ExitCode
from gauger_agent.write import write_atomic, write_new
from support.privilege import open_folder, without_root

MIB = 1024 * 1024


def _refusal(path: Path, data: bytes = b"x") -> str:
    with pytest.raises(OutputUnwritable) as refused:
        write_atomic(path, data)
    assert refused.value.exit_code is ExitCode.OUTPUT_UNWRITABLE
    assert "\n" not in refused.value.message
    assert refused.value.advice
    return refused.value.message


def test_a_file_is_made_and_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "manifest"
    write_atomic(target, b"old")
    write_atomic(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_modes_are_those_asked_for_less_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomic(tmp_path / "public", b"", 0o666)
        write_new(tmp_path / "secret", b"")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("public", "secret")]
    assert modes == [0o644, 0o600]


def test_a_link_keeps_its_place_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_new_file_never_replaces_anything_not_even_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(OutputUnwritable, match="File exists"):
            write_new(tmp_path / name, b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_devices_are_written_to_and_never_replaced() -> None:
    with without_root():  # root's mistake would cost the machine its /dev/null
        write_atomic(Path("/dev/null"), b"x")
        assert "No space left" in _refusal(Path("/dev/full"))


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomic(pipe, b"manifest")
    assert os.read(reader, 100) == b"manifest"
    os.close(reader)


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    assert "No such file or directory" in _refusal(tmp_path / "none" / "file")


def test_a_folder_and_a_path_below_a_file_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Is a directory" in _refusal(tmp_path)
    assert "Not a directory" in _refusal(tmp_path / "file" / "below")


def test_a_folder_without_permission_is_one_clear_line() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        with without_root():
            assert "Permission denied" in _refusal(folder / "file")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of one mebibyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "gauger-test", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a filesystem cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_filesystem_leaves_the_old_file_and_no_rest(small: Path) -> None:
    target = small / "manifest"
    write_atomic(target, b"old")
    assert "No space left on device" in _refusal(target, bytes(2 * MIB))
    assert target.read_bytes() == b"old"
    assert list(small.iterdir()) == [target]
    with pytest.raises(OutputUnwritable, match="No space left"):
        write_new(small / "key", bytes(2 * MIB))
    assert list(small.iterdir()) == [target]


def test_a_read_only_filesystem_is_one_clear_line(small: Path) -> None:
    (small / "manifest").write_bytes(b"old")
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    assert "Read-only file system" in _refusal(small / "manifest")
    assert (small / "manifest").read_bytes() == b"old"


def test_an_interrupt_in_the_middle_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "manifest"
    write_atomic(target, b"old")

    def interrupted(_: int) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


WRITER = """
import itertools, pathlib, sys
from gauger_agent.write import write_atomic
for round in itertools.count():
    write_atomic(pathlib.Path(sys.argv[1]), bytes([65 + round % 26]) * 8_000_000)
"""


def test_a_writer_that_is_killed_never_leaves_half_a_file(tmp_path: Path) -> None:
    target = tmp_path / "manifest"
    for attempt in range(5):
        command = [sys.executable, "-c", WRITER, str(target)]
        with subprocess.Popen(command) as writer:
            while not target.exists():
                assert writer.poll() is None
                time.sleep(0.005)
            time.sleep(0.007 * attempt)
            writer.kill()
        data = target.read_bytes()
        assert len(data) == 8_000_000
        assert len(set(data)) == 1
        target.unlink()
