"""Packs from a stick: believed by a key alone, never going back, never half there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gauger_agent import keystore
from gauger_agent.errors import (
    InputUnreadable,
    NotAuthentic,
    NotBelieved,
    NotFresh,
    OutputUnwritable,
    UsageError,
)
from gauger_agent.memory import recall
from gauger_agent.packs.signed import PAYLOAD_TYPE, SignedPack, read_signed, seal_pack
from gauger_agent.packs.store import at_hand, install, packs
from gauger_agent.sign.seal import seal
from gauger_agent.sign.signer import Signer
from gauger_agent.state import StateFolder
from gauger_agent.verify.core import verify
from gauger_thresholds.packs.load import built_in, read_pack
from gauger_thresholds.packs.model import LoadedPack
from support.manifests import NOW, OPERATOR, STRANGER, TOKEN, options, sample_manifest, trust
from support.privilege import open_folder, without_root

_NAME = "us-2026-01"


def _version(number: int, *changes: tuple[str, str], name: str = _NAME) -> LoadedPack:
    text = next(item.raw for item in built_in() if item.pack.id == name).decode()
    for old, new in (("version = 1\n", f"version = {number}\n"), *changes):
        assert old in text
        text = text.replace(old, new)
    return read_pack(name, text.encode())


def _file(folder: Path, loaded: LoadedPack, signer: Signer = OPERATOR) -> Path:
    path = folder / f"{loaded.pack.id}-{loaded.pack.version}.pack.json"
    path.write_bytes(seal_pack(loaded, signer))
    return path


def _signed(folder: Path, loaded: LoadedPack, signer: Signer = OPERATOR) -> SignedPack:
    return read_signed(_file(folder, loaded, signer), trust(signer), ())


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def _held(state: StateFolder) -> int:
    return next(item.version for item in at_hand(state) if item.loaded.pack.id == _NAME)


def _take(state: StateFolder, folder: Path, number: int, signer: Signer = OPERATOR) -> bool:
    return install(state, _signed(folder, _version(number), signer), trust(signer))


def test_without_any_installed_the_packs_are_those_of_the_program(state: StateFolder) -> None:
    assert packs(state) == built_in()
    assert not state.root.exists()


def test_a_newer_pack_takes_the_place_of_the_older(state: StateFolder, tmp_path: Path) -> None:
    assert _take(state, tmp_path, 2)
    assert _held(state) == 2
    assert len(packs(state)) == len(built_in())
    assert _take(state, tmp_path, 4)
    assert _held(state) == 4
    assert recall(state).packs == {_NAME: 4}


def test_a_pack_of_a_new_list_stands_beside_the_others(state: StateFolder, tmp_path: Path) -> None:
    new = _version(
        1, ('id = "us-2026-01', 'id = "zz-2027-01'), ('list = "us-3a090"', 'list = "zz"')
    )
    install(state, _signed(tmp_path, new), trust(OPERATOR))
    assert {item.pack.id for item in packs(state)} - {item.pack.id for item in built_in()} == {
        "zz-2027-01"
    }


def test_the_same_pack_again_is_no_news_and_no_fault(state: StateFolder, tmp_path: Path) -> None:
    assert _take(state, tmp_path, 2)
    assert not _take(state, tmp_path, 2)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_version_never_goes_back(state: StateFolder, tmp_path: Path, number: int) -> None:
    _take(state, tmp_path, 3)
    other = _version(number, ('title = "', 'title = "Other: '))
    with pytest.raises(NotFresh, match=f"version {number} is not newer than version 3"):
        install(state, _signed(tmp_path, other))
    assert _held(state) == 3


def test_the_programs_own_version_cannot_be_replaced_by_another_of_the_same_number(
    state: StateFolder, tmp_path: Path
) -> None:
    lax = _version(1, ("below = 21000", "below = 99000"))
    with pytest.raises(NotFresh):
        install(state, _signed(tmp_path, lax), trust(OPERATOR))
    assert packs(state) == built_in()


def test_a_folder_put_back_to_an_older_state_is_refused_and_mended_by_the_newest(
    state: StateFolder, tmp_path: Path
) -> None:
    _take(state, tmp_path, 2)
    older = {path: path.read_bytes() for path in state.packs.glob("*.json")}
    _take(state, tmp_path, 3)
    for path, data in older.items():
        path.write_bytes(data)
    with pytest.raises(NotFresh, match="version 3 was installed here, and version 2 is left"):
        packs(state)
    assert _take(state, tmp_path, 3)
    assert _held(state) == 3


def test_a_pack_that_was_taken_out_is_missed(state: StateFolder, tmp_path: Path) -> None:
    _take(state, tmp_path, 3)
    for path in state.packs.glob("*.json"):
        path.unlink()
    with pytest.raises(NotFresh, match="version 3 was installed here, and version 1 is left"):
        packs(state)


def test_a_changed_installed_pack_is_refused(state: StateFolder, tmp_path: Path) -> None:
    _take(state, tmp_path, 2)
    (path,) = state.packs.glob("*.json")
    body = json.loads(path.read_bytes())
    lax = json.loads(seal_pack(_version(9), STRANGER))
    path.write_text(json.dumps(body | {"payload": lax["payload"]}))
    with pytest.raises(NotAuthentic, match="an installed pack is not believed"):
        packs(state)


def test_packs_of_a_key_that_was_retired_are_used_no_longer(
    state: StateFolder, tmp_path: Path
) -> None:
    _take(state, tmp_path, 2)
    keystore.retire(state, trust(OPERATOR)[0])
    with pytest.raises(NotBelieved, match="revoked"):
        packs(state)
    with pytest.raises(NotBelieved):
        read_signed(_file(tmp_path, _version(3)), trust(OPERATOR), trust(OPERATOR))
    assert _take(state, tmp_path, 2, TOKEN), "the same version by a key that is believed mends it"
    assert _held(state) == 2


def test_a_strangers_pack_is_not_believed(tmp_path: Path) -> None:
    path = _file(tmp_path, _version(2), STRANGER)
    with pytest.raises(NotBelieved, match="signerUnknown"):
        read_signed(path, trust(OPERATOR), ())


def test_a_key_of_manifests_states_no_law(state: StateFolder, tmp_path: Path) -> None:
    keystore.make(state)
    _take(state, tmp_path, 2)
    (own,) = state.trusted.glob("*.pem")
    assert own.read_bytes() not in {path.read_bytes() for path in state.pack_keys.glob("*.pem")}


def test_a_manifest_passes_for_no_pack_and_a_pack_for_no_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "m.pack.json"
    manifest.write_bytes(sample_manifest())
    with pytest.raises(NotAuthentic, match="payloadType"):
        read_signed(manifest, trust(OPERATOR), ())
    with pytest.raises(NotAuthentic, match="payloadType"):
        verify(seal_pack(_version(2), OPERATOR), options(), NOW)


@pytest.mark.parametrize("payload", [b"", b"\xff", b"id = 1", b"[[[[", b"id = 'x'\nid = 'y'"])
def test_what_is_signed_and_no_pack_is_refused_in_one_line(tmp_path: Path, payload: bytes) -> None:
    path = tmp_path / "x.pack.json"
    path.write_bytes(seal(payload, (OPERATOR,), PAYLOAD_TYPE))
    with pytest.raises(UsageError) as refused:
        read_signed(path, trust(OPERATOR), ())
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("name", ["../../evil", "US-2026", "a b", "", "x" * 65])
def test_an_id_that_is_no_name_becomes_no_path(
    state: StateFolder, tmp_path: Path, name: str
) -> None:
    text = _version(2).raw.decode().replace('id = "us-2026-01', f'id = "{name}')
    path = tmp_path / "x.pack.json"
    path.write_bytes(seal(text.encode(), (OPERATOR,), PAYLOAD_TYPE))
    with pytest.raises(UsageError, match="its id must be"):
        install(state, read_signed(path, trust(OPERATOR), ()), trust(OPERATOR))
    assert not state.root.exists()


def test_a_pack_that_names_a_rule_of_nobody_is_refused_and_its_key_not_kept(
    state: StateFolder, tmp_path: Path
) -> None:
    lost = _version(2, ("us-2023-11:3A090.a", "us-2099-01:3A090.a"))
    with pytest.raises(UsageError, match="us-2099-01"):
        install(state, _signed(tmp_path, lost), trust(OPERATOR))
    assert not state.pack_keys.exists()


def test_too_long_a_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "x.pack.json"
    path.write_bytes(b" " * (3 * 1024 * 1024))
    with pytest.raises(UsageError, match="longer than"):
        read_signed(path, trust(OPERATOR), ())


def test_a_folder_that_cannot_be_read_or_written_is_said() -> None:
    with open_folder() as folder:
        folder.chmod(0o777)
        with without_root():
            state = StateFolder(folder / "state")
            signed = _signed(folder, _version(2))
            install(state, signed, trust(OPERATOR))
            state.packs.chmod(0)
            with pytest.raises(InputUnreadable):
                packs(state)
            state.packs.chmod(0o500)
            with pytest.raises(OutputUnwritable):
                install(state, _signed(folder, _version(3)), trust(OPERATOR))
            state.packs.chmod(0o700)
            assert _held(state) == 2
