"""The page for those who trust no program of ours: its commands, as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.command import gauger

pytestmark = pytest.mark.system

_PAGE = Path(__file__).parents[3] / "docs" / "verify-without-gauger.md"


@pytest.fixture(scope="module")
def script() -> str:
    for tool in ("jq", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    (found,) = re.findall(r"^```sh\n(.*?)^```$", _PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture(scope="module", params=["ed25519", "p256"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of this machine and the public key of its signer, by each kind of key."""
    folder = tmp_path_factory.mktemp(request.param)
    home = folder / "home"
    gauger("keys", "new", "--type", request.param, home=home)
    (folder / "key.pem").write_text(gauger("keys", "export", home=home).out)
    asked = ("--no-measure", "--quiet", "--nonce", "5e" * 32, "--output", folder / "m.json")
    assert gauger("run", *asked, home=home).code in (0, 10, 11)
    return folder


def _run(script: str, file: Path, key: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FILE": str(file), "KEY": str(key), **extra}
    return subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, check=False
    )


def test_a_good_manifest_is_shown(script: str, made: Path) -> None:
    done = _run(script, made / "m.json", made / "key.pem", NONCE="5e" * 32)
    assert done.returncode == 0, done.stderr
    assert "cpu" in {item["id"] for item in json.loads(done.stdout)["accelerators"]}


def _other_byte(envelope: dict[str, Any]) -> None:
    payload = envelope["payload"]
    envelope["payload"] = payload[:400] + ("A" if payload[400] != "A" else "B") + payload[401:]


def _other_type(envelope: dict[str, Any]) -> None:
    envelope["payloadType"] = "application/vnd.in-toto+json "


def _no_signature(envelope: dict[str, Any]) -> None:
    envelope["signatures"] = []


def _other_signature(envelope: dict[str, Any]) -> None:
    sig = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("A" if sig[0] != "A" else "B") + sig[1:]


@pytest.mark.parametrize("spoil", [_other_byte, _other_type, _no_signature, _other_signature])
def test_a_changed_manifest_is_refused(
    script: str, made: Path, tmp_path: Path, spoil: Callable[[dict[str, Any]], None]
) -> None:
    envelope = json.loads((made / "m.json").read_text())
    spoil(envelope)
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(envelope))
    assert _run(script, bad, made / "key.pem").returncode != 0


def test_another_nonce_is_not_fresh(script: str, made: Path) -> None:
    assert _run(script, made / "m.json", made / "key.pem", NONCE="00" * 32).returncode == 21


def test_another_key_verifies_nothing(script: str, made: Path, tmp_path: Path) -> None:
    gauger("keys", "new", home=tmp_path)
    other = tmp_path / "other.pem"
    other.write_text(gauger("keys", "export", home=tmp_path).out)
    assert _run(script, made / "m.json", other).returncode == 20
