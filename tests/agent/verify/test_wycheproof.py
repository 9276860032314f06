"""The signature check against Wycheproof's vectors, read from beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.verify.keys import Algorithm, trusted_key
from gauger_agent.verify.signature import BadSignatureError, verify_bytes

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "wycheproof"
FILES = {
    "ed25519_test.json": (Algorithm.ED25519, 151),
    "ecdsa_secp256r1_sha256_test.json": (Algorithm.ECDSA_P256, 484),
}


def _verifies(group: dict[str, Any], case: dict[str, Any]) -> bool:
    key = trusted_key(group["publicKeyPem"].encode(), "vector")
    try:
        verify_bytes(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    except BadSignatureError:
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_every_vector_ends_as_its_authors_say(name: str) -> None:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"{path} is not here; it comes from C2SP/wycheproof, testvectors_v1")
    algorithm, expected = FILES[name]
    groups = json.loads(path.read_bytes())["testGroups"]
    pem = groups[0]["publicKeyPem"].encode()
    assert trusted_key(pem, "vector").algorithm is algorithm
    cases = [(group, case) for group in groups for case in group["tests"]]
    assert len(cases) == expected
    wrong = [
        case["tcId"]
        for group, case in cases
        if _verifies(group, case) is not (case["result"] == "valid")
    ]
    assert wrong == []
