"""The one vector that DSSE publishes, through the verifier's own path.

secure-systems-lab/dsse, protocol.md, "Test Vectors": body, type, P-256 key and signature. The
vector writes the signature as r ‖ s; manifests, as the tools that verify them, use DER (X9.62).
"""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gauger_agent.verify.authenticity import prove
from gauger_agent.verify.check import CheckStatus
from gauger_agent.verify.keys import TrustedKey, trusted_key
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options

X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
RAW = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
BODY = "aGVsbG8gd29ybGQ="
TYPE = "http://example.com/HelloWorld"


def _key() -> TrustedKey:
    public = EllipticCurvePublicNumbers(X, Y, SECP256R1()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return trusted_key(pem, "vector")


def _der() -> str:
    raw = base64.b64decode(RAW)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    return base64.b64encode(encode_dss_signature(r, s)).decode()


def _envelope(sig: str, kind: str = TYPE, body: str = BODY) -> bytes:
    signature = {"keyid": "66301bbf", "sig": sig}
    envelope = {"payload": body, "payloadType": kind, "signatures": [signature]}
    return json.dumps(envelope).encode()


def _statuses(envelope: bytes) -> dict[str, CheckStatus]:
    ledger = Ledger()
    prove(envelope, Options((_key(),)), ledger)
    return {check.name: check.status for check in ledger.checks()}


def test_the_published_signature_verifies_and_its_type_is_still_not_ours() -> None:
    statuses = _statuses(_envelope(_der()))
    assert statuses["signature"] is statuses["signer"] is CheckStatus.PASSED
    assert statuses["payloadType"] is CheckStatus.FAILED


@pytest.mark.parametrize(
    "envelope",
    [
        _envelope(_der(), kind="http://example.com/HelloWorlds"),
        _envelope(_der(), body="aGVsbG8gd29ybGU="),
        _envelope(RAW),
    ],
    ids=["another type", "another body", "r and s side by side"],
)
def test_nothing_else_verifies_under_it(envelope: bytes) -> None:
    assert _statuses(envelope)["signature"] is not CheckStatus.PASSED
