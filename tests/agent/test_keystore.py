"""This machine's own key: what is known before probing, and what is only unlocked after it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from gauger_agent import keystore
from gauger_agent.errors import InputUnreadable, OutputUnwritable, UsageError
from gauger_agent.passphrase import Passphrases
from gauger_agent.state import StateFolder
from gauger_agent.trust.load import from_state, revoked_keys
from gauger_agent.verify.keys import Algorithm, trusted_key
from support.manifests import STRANGER, trust

NOBODY = Passphrases()


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


@pytest.fixture
def words(tmp_path: Path) -> Passphrases:
    (tmp_path / "words").write_text("five odd words")
    return Passphrases(tmp_path / "words")


def _from_elsewhere(state: StateFolder) -> None:
    """A locked key as OpenSSL makes it, which does not say its public half."""
    state.default_key.parent.mkdir(parents=True)
    private = Ed25519PrivateKey.generate()
    locked = BestAvailableEncryption(b"five odd words")
    state.default_key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))


def _revoke(state: StateFolder, passphrases: Passphrases = NOBODY) -> None:
    pem = keystore.own_public_pem(state, passphrases)
    state.revoked.mkdir(parents=True, exist_ok=True)
    (state.revoked / "own.pem").write_bytes(pem)


def test_the_first_use_makes_a_key_that_this_machine_trusts(state: StateFolder) -> None:
    keystore.prepare(state, NOBODY)
    assert not state.default_key.exists()
    own = keystore.own_key(state, NOBODY)
    assert own.made_now
    assert "made on first run" in own.note
    assert [key.keyid for key in from_state(state)] == [own.signer.keyid]
    again = keystore.own_key(state, NOBODY)
    assert not again.made_now
    assert again.signer.keyid == own.signer.keyid
    assert stat.S_IMODE(state.default_key.stat().st_mode) == 0o600


def test_a_locked_key_is_not_unlocked_before_probing(
    state: StateFolder, words: Passphrases, monkeypatch: pytest.MonkeyPatch
) -> None:
    keystore.make(state, Algorithm.ECDSA_P256, words.chosen())
    monkeypatch.setattr(keystore, "load_signer", lambda *_: pytest.fail("unlocked"))
    keystore.prepare(state, words)
    with pytest.raises(UsageError, match="locked by a passphrase"):
        keystore.prepare(state, NOBODY)


def test_a_missing_passphrase_file_is_known_before_probing(
    state: StateFolder, tmp_path: Path
) -> None:
    with pytest.raises(InputUnreadable):
        keystore.prepare(state, Passphrases(tmp_path / "none"))


def test_a_revoked_key_is_known_before_probing_locked_or_not(
    state: StateFolder, words: Passphrases
) -> None:
    keystore.make(state, passphrase=words.chosen())
    _revoke(state)
    with pytest.raises(UsageError, match="is revoked"):
        keystore.prepare(state, words)
    with pytest.raises(UsageError, match="is revoked"):
        keystore.existing_key(state, words)


def test_a_locked_key_from_elsewhere_is_found_revoked_when_it_signs(
    state: StateFolder, words: Passphrases
) -> None:
    _from_elsewhere(state)
    _revoke(state, words)
    keystore.prepare(state, words)
    with pytest.raises(UsageError, match="is revoked"):
        keystore.own_key(state, words)


def test_a_wrong_passphrase_from_a_file_is_tried_once(
    state: StateFolder, words: Passphrases, tmp_path: Path
) -> None:
    keystore.make(state, passphrase=words.chosen())
    (tmp_path / "other").write_text("other words")
    with pytest.raises(UsageError, match="does not open it"):
        keystore.own_key(state, Passphrases(tmp_path / "other"))


def test_retiring_the_own_key_revokes_it_and_puts_it_away_unharmed(state: StateFolder) -> None:
    signer = keystore.make(state)
    before = state.default_key.read_bytes()
    place = keystore.retire(state, keystore.own_public(state, NOBODY))
    assert place is not None
    assert place.read_bytes() == before
    assert not state.default_key.exists()
    assert [key.keyid for key in revoked_keys(state)] == [signer.keyid]
    assert keystore.own_key(state, NOBODY).signer.keyid != signer.keyid


def test_retiring_anothers_key_leaves_the_own_one_alone(
    state: StateFolder, words: Passphrases
) -> None:
    (stranger,) = trust(STRANGER)
    assert keystore.retire(state, stranger) is None  # there is no own key at all
    own = keystore.make(state, passphrase=words.chosen())
    assert keystore.retire(state, stranger) is None
    assert keystore.existing_key(state, words).keyid == own.keyid
    assert [key.der for key in revoked_keys(state)] == [stranger.der]


def test_a_key_put_away_is_never_overwritten(state: StateFolder) -> None:
    keystore.make(state)
    key = keystore.own_public(state, NOBODY)
    place = keystore.retire(state, key)
    assert place is not None
    state.default_key.write_bytes(place.read_bytes())
    with pytest.raises(OutputUnwritable, match="File exists"):
        keystore.retire(state, key)
    assert state.default_key.exists()


def test_the_public_key_that_is_revoked_is_the_one_that_was_trusted(state: StateFolder) -> None:
    pem = keystore.make(state, Algorithm.ECDSA_P256).public_pem()
    keystore.retire(state, keystore.own_public(state, NOBODY))
    (file,) = state.revoked.iterdir()
    assert file.read_bytes() == pem == trusted_key(pem, "x").pem


def test_without_a_key_there_is_nothing_to_export_or_sign_with(state: StateFolder) -> None:
    for use in (keystore.own_public_pem, keystore.existing_key):
        with pytest.raises(InputUnreadable, match="there is no key"):
            use(state, NOBODY)


def test_a_place_that_cannot_be_made_is_said_before_probing() -> None:
    with pytest.raises(OutputUnwritable, match="cannot make"):
        keystore.prepare(StateFolder(Path("/proc/gauger")), NOBODY)
