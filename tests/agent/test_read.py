"""Reading input files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.errors import InputUnreadable
from gauger_agent.exit_codes import ExitCode
from gauger_agent.read import read_bounded


def test_a_file_is_read_up_to_one_byte_beyond_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"12345")
    assert read_bounded(file, 5) == b"12345"
    assert read_bounded(file, 3) == b"1234"


def test_an_endless_file_ends_at_the_limit() -> None:
    assert len(read_bounded(Path("/dev/zero"), 1000)) == 1001


@pytest.mark.parametrize("name", ["missing", ".", "file/below"])
def test_a_file_that_cannot_be_read_is_one_clear_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputUnreadable) as refused:
        read_bounded(tmp_path / name, 10)
    assert refused.value.message.startswith("cannot read ")
    assert "\n" not in refused.value.message
    assert refused.value.exit_code is ExitCode.INPUT_UNREADABLE
