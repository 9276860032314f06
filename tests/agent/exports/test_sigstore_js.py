"""Our bundles under sigstore-js, which is not ours: accepted as they are, refused when changed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exports.bundle import export
from gauger_agent.manifest.envelope import read
from gauger_agent.sign.signer import Signer
from gauger_agent.trust.choose import Trust
from support.manifests import OPERATOR, STRANGER, TOKEN, sample_manifest, trust

pytestmark = pytest.mark.system

_HERE = Path(__file__).parent / "sigstore-js"
_SIGNERS = pytest.mark.parametrize("signer", [OPERATOR, TOKEN], ids=["ed25519", "p256"])
Verify = Callable[[bytes, Signer], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder() -> Path:
    """The locked packages of npm, installed once for each lock file."""
    if shutil.which("npm") is None:
        pytest.skip("Node.js with npm is not installed")
    lock = (_HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "gauger-tests" / f"sigstore-js-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (place / "node_modules" / "@sigstore" / "verify" / "package.json").is_file():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_HERE / name, place / name)
        words = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(words, cwd=place, check=True, timeout=300, capture_output=True)
    return place


@pytest.fixture
def verify(folder: Path, tmp_path: Path) -> Verify:
    script = folder / "verify.mjs"
    shutil.copy(_HERE / "verify.mjs", script)

    def run(bundle: bytes, signer: Signer) -> subprocess.CompletedProcess[str]:
        (tmp_path / "m.sigstore.json").write_bytes(bundle)
        (tmp_path / "key.pem").write_bytes(signer.public_pem())
        files = [str(tmp_path / name) for name in ("m.sigstore.json", "key.pem")]
        words = ["node", str(script), *files]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    return run


def _bundle(signer: Signer) -> bytes:
    return export(sample_manifest(signer), Trust(trust(signer), ()))


def _changed(bundle: bytes, change: Callable[[Any], None]) -> bytes:
    body = json.loads(bundle)
    change(body)
    return json.dumps(body).encode()


@_SIGNERS
def test_it_verifies_our_bundle_and_reads_the_same_bytes(signer: Signer, verify: Verify) -> None:
    done = verify(_bundle(signer), signer)
    assert done.returncode == 0, done.stderr
    payload = read(sample_manifest(signer)).payload
    assert json.loads(done.stdout) == {
        "payloadSha256": hashlib.sha256(payload).hexdigest(),
        "hinted": True,
    }


@_SIGNERS
def test_it_refuses_our_bundle_under_another_key(signer: Signer, verify: Verify) -> None:
    done = verify(_bundle(signer), STRANGER)
    assert done.returncode == 1
    assert "SIGNATURE_ERROR" in done.stderr


@_SIGNERS
def test_it_refuses_a_changed_payload_and_a_changed_type(signer: Signer, verify: Verify) -> None:
    def other_payload(body: Any) -> None:
        held = base64.b64decode(body["dsseEnvelope"]["payload"])
        changed = held.replace(b'"operator":"Ada"', b'"operator":"Eve"')
        assert changed != held
        body["dsseEnvelope"]["payload"] = base64.b64encode(changed).decode()

    def other_type(body: Any) -> None:
        body["dsseEnvelope"]["payloadType"] = "application/json"

    for change in (other_payload, other_type):
        done = verify(_changed(_bundle(signer), change), signer)
        assert done.returncode == 1, done.stdout
        assert "SIGNATURE_ERROR" in done.stderr
