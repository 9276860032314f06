"""Where a passphrase may come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.passphrase import MAX_PASSPHRASE, Passphrases


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(b"a b", b"a b"), (b"a b\n", b"a b"), (b"a b\r\n", b"a b"), (b" a ", b" a ")],
)
def test_the_one_line_of_a_file_is_the_passphrase(
    tmp_path: Path, content: bytes, passphrase: bytes
) -> None:
    (tmp_path / "words").write_bytes(content)
    source = Passphrases(tmp_path / "words")
    source.check()
    assert source.existing() == source.chosen() == passphrase
    assert source.attempts == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"a\nb\n", "more than one line"),
        (b"x" * (MAX_PASSPHRASE + 1), "longer than"),
    ],
)
def test_a_file_that_holds_no_passphrase_is_refused(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "words").write_bytes(content)
    for ask in (Passphrases(tmp_path / "words").check, Passphrases(tmp_path / "words").chosen):
        with pytest.raises(UsageError, match=says):
            ask()


def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable):
        Passphrases(tmp_path / "none").existing()


def test_without_a_file_and_a_terminal_there_is_nobody_to_ask() -> None:
    source = Passphrases()
    for ask in (source.check, source.existing, source.chosen):
        with pytest.raises(UsageError, match="passphrase") as refused:
            ask()
        assert "--passphrase-file" in refused.value.advice
