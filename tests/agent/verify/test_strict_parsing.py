"""What one reader takes and another does not is refused: in the envelope, and in what is signed.

Each case is a manifest that a lenient reader would accept. Where the fault is in the payload, a
trusted key signed it: such a document means one thing to us and another to somebody else.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from gauger_agent.errors import NotAuthentic, NotBelieved
from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest import envelope as envelope_module
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.envelope import read
from gauger_agent.manifest.limits import MAX_NESTING
from gauger_agent.sign.seal import seal
from gauger_agent.verify.core import Verified, verify
from gauger_agent.verify.keys import Algorithm, KeyRefusedError, trusted_key
from gauger_agent.verify.options import Options
from support.manifests import (
    NOW,
    OPERATOR,
    TOKEN,
    options,
    sample_manifest,
    sample_predicate,
    trust,
)

PAYLOAD = payload(sample_predicate())


def _signed(change: Callable[[bytes], bytes]) -> bytes:
    changed = change(PAYLOAD)
    assert changed != PAYLOAD
    return seal(changed, (OPERATOR,))


def _inserted(text: bytes) -> Callable[[bytes], bytes]:
    """Put a free-form member in front of the nonce."""
    return lambda body: body.replace(b'"nonce":', text + b',"nonce":', 1)


_DEEP = b'"tpm":' + b'{"a":' * MAX_NESTING + b"1" + b"}" * MAX_NESTING

IN_THE_PAYLOAD: dict[str, Callable[[bytes], bytes]] = {
    "duplicate keys": _inserted(b'"mode":"live"'),
    "duplicate keys that only unescaping shows": _inserted(b'"m\\u006fde":"live"'),
    "NaN": _inserted(b'"tpm":{"a":NaN}'),
    "Infinity": _inserted(b'"tpm":{"a":-Infinity}'),
    "deep nesting": _inserted(_DEEP),
    "an integer that no double equals": _inserted(b'"tpm":{"a":9007199254740993}'),
    "a number beyond every double": _inserted(b'"tpm":{"a":1e400}'),
    "invalid UTF-8": _inserted(b'"tpm":{"a":"\xff"}'),
    "a surrogate written in UTF-8": _inserted(b'"tpm":{"a":"\xed\xa0\x80"}'),
    "a lone surrogate": _inserted(b'"tpm":{"a":"\\ud800"}'),
    "trailing data": lambda body: body + b"{}",
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
}


@pytest.mark.parametrize("name", IN_THE_PAYLOAD)
def test_a_signed_payload_that_readers_disagree_about_is_refused(name: str) -> None:
    with pytest.raises(NotAuthentic) as refused:
        verify(_signed(IN_THE_PAYLOAD[name]), options(), NOW)
    assert [check.name for check in refused.value.failed] == ["statement"]


def test_the_same_payload_without_the_fault_is_taken() -> None:
    harmless = _signed(_inserted(b'"tpm":{"a":9007199254740992}'))
    assert verify(harmless, options(), NOW).signers


def _edited(**fields: Any) -> bytes:
    return json.dumps(json.loads(sample_manifest()) | fields).encode()


def _with_signature(**fields: Any) -> bytes:
    (signature,) = json.loads(sample_manifest())["signatures"]
    return _edited(signatures=[signature | fields])


def _text(*, url_safe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    return encode(PAYLOAD).decode()


def _loose_bits() -> str:
    """The payload's base64 with the bits set that decoders throw away."""
    sig = read(sample_manifest()).signatures[0].sig
    text = base64.b64encode(sig).decode()
    assert text.endswith("==")
    last = chr(ord(text[-3]) + 1)
    assert base64.b64decode(text[:-3] + last + "==") == sig
    return text[:-3] + last + "=="


IN_THE_ENVELOPE: dict[str, Callable[[], bytes]] = {
    "duplicate keys": lambda: sample_manifest().replace(
        b'"payloadType":', b'"payloadType":"x","payloadType":'
    ),
    "trailing data": lambda: sample_manifest() + sample_manifest(),
    "invalid UTF-8": lambda: sample_manifest().replace(b"SHA256:", b"SHA256\xff"),
    "a lone surrogate": lambda: sample_manifest().replace(b"SHA256:", b"\\ud800"),
    "deep nesting": lambda: b"[" * 100_000,
    "a number for a text": lambda: _with_signature(keyid=9007199254740993),
    "base64 with loose bits": lambda: _with_signature(sig=_loose_bits()),
    "base64 without padding": lambda: _with_signature(sig=_loose_bits().rstrip("=")),
    "base64 with a line break": lambda: _edited(payload=_text()[:76] + "\n" + _text()[76:]),
    "base64 with a foreign character": lambda: _edited(payload="!" + _text()),
}


@pytest.mark.parametrize("name", IN_THE_ENVELOPE)
def test_an_envelope_that_readers_disagree_about_is_refused(name: str) -> None:
    with pytest.raises(NotAuthentic) as refused:
        verify(IN_THE_ENVELOPE[name](), options(), NOW)
    assert [check.name for check in refused.value.failed] == ["envelope"]


def test_size_is_bounded_before_anything_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = sample_manifest()
    monkeypatch.setattr(envelope_module, "MAX_FILE", len(manifest) - 1)
    monkeypatch.setattr(envelope_module, "parse", lambda _: pytest.fail("parsed"))
    with pytest.raises(NotAuthentic, match="more than"):
        verify(manifest, options(), NOW)


def test_both_alphabets_of_base64_are_read_as_dsse_asks() -> None:
    assert verify(_edited(payload=_text(url_safe=True)), options(), NOW).signers


# Known algorithms only; the key alone chooses, never the file.


def test_no_field_of_the_file_names_an_algorithm() -> None:
    for field in ("alg", "algorithm", "scheme", "cert"):
        with pytest.raises(NotAuthentic, match="unknown field"):
            verify(_with_signature(**{field: "none"}), options(), NOW)


def test_a_keyid_that_looks_like_another_algorithm_changes_nothing() -> None:
    for keyid in ("RS256", "none", "ecdsa-p256-sha256", TOKEN.keyid):
        assert verify(_with_signature(keyid=keyid), options(OPERATOR, TOKEN), NOW).signers


def test_a_signature_of_one_algorithm_never_verifies_under_a_key_of_the_other() -> None:
    ed25519, p256 = trust(OPERATOR)[0], trust(TOKEN)[0]
    assert {ed25519.algorithm, p256.algorithm} == set(Algorithm)
    for signer, other in ((OPERATOR, p256), (TOKEN, ed25519)):
        stolen = dataclasses.replace(other, keyid=signer.keyid)
        with pytest.raises(NotAuthentic):
            verify(sample_manifest(signer), Options((stolen,)), NOW)


def test_keys_of_other_algorithms_cannot_even_be_trusted() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    others = (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048))
    for private in others:
        form = PublicFormat.SubjectPublicKeyInfo
        pem = private.public_key().public_bytes(Encoding.PEM, form)
        with pytest.raises(KeyRefusedError, match="only Ed25519 and ECDSA P-256"):
            trusted_key(pem, "other")


# Signatures identify nothing.


def _identity(verified: Verified) -> tuple[str, object]:
    return verified.payload_sha256, verified.signers


def test_a_manifest_signed_twice_by_one_key_is_one_manifest() -> None:
    first, second = sample_manifest(TOKEN), sample_manifest(TOKEN)
    assert first != second  # ECDSA is randomised
    one, two = (verify(data, options(TOKEN), NOW) for data in (first, second))
    assert _identity(one) == _identity(two)


def test_what_is_refused_says_so_by_its_code_and_an_unknown_key_is_not_called_forged() -> None:
    with pytest.raises(NotBelieved) as unknown:
        verify(sample_manifest(TOKEN), options(), NOW)
    assert unknown.value.exit_code is ExitCode.NOT_BELIEVED
