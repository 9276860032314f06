"""Tools of others verify our manifests, and we read envelopes that they write."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._crypto_signer import CryptoSigner
from securesystemslib.signer._key import SSlibKey

from gauger_agent.manifest.build import payload
from gauger_agent.manifest.envelope import PAYLOAD_TYPE, read
from gauger_agent.manifest.pae import pae
from gauger_agent.sign.file_key import FileKey
from gauger_agent.sign.signer import Signer
from gauger_agent.verify.core import verify
from support.manifests import (
    NOW,
    OPERATOR,
    STRANGER,
    TOKEN,
    options,
    sample_manifest,
    sample_predicate,
)

SIGNERS = pytest.mark.parametrize("signer", [OPERATOR, TOKEN], ids=["ed25519", "p256"])


def _their_key(signer: Signer) -> SSlibKey:
    return SSlibKey.from_crypto(load_pem_public_key(signer.public_pem()), keyid=signer.keyid)


@SIGNERS
def test_securesystemslib_verifies_our_manifest(signer: Signer) -> None:
    envelope = Envelope.from_dict(json.loads(sample_manifest(signer)))
    assert set(envelope.verify([_their_key(signer)], 1)) == {signer.keyid}
    with pytest.raises(VerificationError):
        envelope.verify([_their_key(STRANGER)], 1)


def test_we_verify_an_envelope_that_securesystemslib_signed() -> None:
    private = Ed25519PrivateKey.generate()
    theirs = CryptoSigner(private)
    envelope = Envelope(payload(sample_predicate()), PAYLOAD_TYPE, {})
    envelope.sign(theirs)
    data = json.dumps(envelope.to_dict()).encode()
    verified = verify(data, options(FileKey(private)), NOW)
    assert verified.predicate == sample_predicate()


@SIGNERS
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_bytes_that_we_sign(signer: Signer, tmp_path: Path) -> None:
    envelope = read(sample_manifest(signer))
    (tmp_path / "pae").write_bytes(pae(envelope.payload_type, envelope.payload))
    (tmp_path / "sig").write_bytes(envelope.signatures[0].sig)
    (tmp_path / "key").write_bytes(signer.public_pem())
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key"]
    command += ["-in", "pae", "-sigfile", "sig"]
    if signer is TOKEN:
        command += ["-digest", "sha256"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout
    assert done.returncode == 0


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("jq") is None,
    reason="openssl and jq are not both installed",
)
def test_an_inspector_with_jq_and_openssl_alone_can_verify(tmp_path: Path) -> None:
    (tmp_path / "manifest").write_bytes(sample_manifest(TOKEN))
    (tmp_path / "key").write_bytes(TOKEN.public_pem())
    script = """
        jq -j .payload manifest | base64 -d > body
        jq -j '.signatures[0].sig' manifest | base64 -d > sig
        type=$(jq -j .payloadType manifest)
        printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < body)" | cat - body > pae
        openssl dgst -sha256 -verify key -signature sig pae
    """
    command = ["bash", "-euc", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Verified OK\n"
