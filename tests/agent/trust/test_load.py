"""Which keys a verifier has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.state import StateFolder
from gauger_agent.trust.load import from_files, from_state, revoked_keys
from gauger_agent.verify.keys import TrustedKey
from support.manifests import OPERATOR, STRANGER, TOKEN, trust
from support.privilege import open_folder, without_root


def _labels(keys: tuple[TrustedKey, ...]) -> list[str]:
    return [key.label for key in keys]


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    for place in (folder.trusted, folder.revoked):
        place.mkdir()
    (folder.trusted / "b-warehouse.pem").write_bytes(TOKEN.public_pem())
    (folder.trusted / "a-factory.pem").write_bytes(OPERATOR.public_pem())
    return folder


def test_keys_are_named_after_their_files(tmp_path: Path) -> None:
    (tmp_path / "customs.pub").write_bytes(OPERATOR.public_pem())
    (key,) = from_files([tmp_path / "customs.pub"])
    assert key.label == "customs"
    assert key.keyid == trust(OPERATOR)[0].keyid


def test_a_file_name_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31mred.pem"
    path.write_bytes(OPERATOR.public_pem())
    assert _labels(from_files([path])) == ["\\x1b[31mred"]


def test_one_key_under_two_names_is_one_key(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("first.pem", "second.pem")]
    for path in paths:
        path.write_bytes(OPERATOR.public_pem())
    assert _labels(from_files(paths)) == ["first"]


def test_the_trusted_folder_is_read_in_order_of_name(state: StateFolder) -> None:
    (state.trusted / "readme.txt").write_text("not a key")
    assert _labels(from_state(state)) == ["a-factory", "b-warehouse"]


def test_a_folder_that_does_not_exist_holds_no_key(tmp_path: Path) -> None:
    assert from_state(StateFolder(tmp_path / "none")) == ()


def test_the_revoked_folder_is_read_in_order_of_name(state: StateFolder) -> None:
    (state.revoked / "lost-in-transit.pem").write_bytes(OPERATOR.public_pem())
    (state.revoked / "never-ours.pem").write_bytes(STRANGER.public_pem())
    assert _labels(revoked_keys(state)) == ["lost-in-transit", "never-ours"]
    assert revoked_keys(StateFolder(state.root / "none")) == ()


@pytest.mark.parametrize(
    ("place", "load"), [("trusted.d", from_state), ("revoked.d", revoked_keys)]
)
def test_a_broken_key_file_is_an_error_and_never_skipped(
    state: StateFolder, place: str, load: Callable[[StateFolder], object]
) -> None:
    broken = state.root / place / "broken.pem"
    broken.write_text("-----BEGIN PUBLIC KEY-----")
    with pytest.raises(UsageError) as refused:
        load(state)
    assert str(broken) in refused.value.message


def test_an_oversized_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(b" " * 20_000 + OPERATOR.public_pem())
    with pytest.raises(UsageError, match="longer than"):
        from_files([tmp_path / "key.pem"])


def test_a_missing_key_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable):
        from_files([tmp_path / "none.pem"])


def test_a_trusted_folder_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "trusted.d").touch()
    with pytest.raises(InputUnreadable, match="Not a directory"):
        from_state(StateFolder(tmp_path))


def test_a_trusted_folder_without_permission_is_one_clear_line() -> None:
    with open_folder() as folder:
        (folder / "trusted.d").mkdir(mode=0)
        with without_root(), pytest.raises(InputUnreadable, match="Permission denied"):
            from_state(StateFolder(folder))
