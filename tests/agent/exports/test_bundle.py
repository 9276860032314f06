"""Bundles that we write: read by the tools of others, and by ourselves."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey
from sigstore_models.bundle.v1 import Bundle

from gauger_agent.errors import NotAuthentic, NotBelieved, UsageError
from gauger_agent.exports.bundle import export
from gauger_agent.manifest.envelope import PAYLOAD_TYPE, read
from gauger_agent.sign.signer import Signer
from gauger_agent.trust.choose import Trust
from gauger_agent.verify.core import verify
from gauger_agent.verify.keys import trusted_key
from support.bundle_proto import BUNDLE, read_bundle, write_bundle
from support.manifests import (
    NOW,
    OPERATOR,
    STRANGER,
    TOKEN,
    options,
    sample_manifest,
    trust,
)

SIGNERS = pytest.mark.parametrize("signer", [OPERATOR, TOKEN], ids=["ed25519", "p256"])


def _exported(signer: Signer, manifest: bytes | None = None) -> bytes:
    return export(manifest or sample_manifest(signer), Trust(trust(signer), ()))


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [found for item in value for found in _numbers(item)]
    return [value] if isinstance(value, int | float) else []


@SIGNERS
def test_the_bundle_holds_the_same_payload_bytes_and_verifies_here(signer: Signer) -> None:
    manifest = sample_manifest(signer)
    bundle = _exported(signer, manifest)
    assert read(bundle).payload == read(manifest).payload
    first, second = (verify(data, options(signer), NOW) for data in (manifest, bundle))
    assert first.payload_sha256 == second.payload_sha256
    assert first.signers == second.signers


@SIGNERS
def test_the_fields_are_those_of_the_specification_and_no_other(signer: Signer) -> None:
    fields = json.loads(_exported(signer))
    assert set(fields) == {"mediaType", "verificationMaterial", "dsseEnvelope"}
    assert fields["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    material = fields["verificationMaterial"]
    spki = trusted_key(signer.public_pem(), "x").der
    hint = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    assert material == {"publicKey": {"hint": hint}, "tlogEntries": []}
    (signature,) = fields["dsseEnvelope"]["signatures"]
    assert signature["keyid"] == ""
    assert _numbers(fields) == []  # protobuf writes 64-bit numbers as strings


@SIGNERS
def test_protobufs_own_reader_takes_it_and_writes_it_back_the_same(signer: Signer) -> None:
    bundle = _exported(signer)
    message = read_bundle(bundle)
    assert message.dsse_envelope.payload == read(bundle).payload
    again = json.loads(write_bundle(message))
    fields = json.loads(bundle)
    del fields["verificationMaterial"]["tlogEntries"]  # what is empty is left out
    del fields["dsseEnvelope"]["signatures"][0]["keyid"]
    assert again == fields


def test_a_bundle_that_protobuf_wrote_is_read_here() -> None:
    ours = read(sample_manifest(TOKEN))
    message = BUNDLE(media_type="application/vnd.dev.sigstore.bundle.v0.3+json")
    message.verification_material.public_key.hint = "any"
    message.verification_material.tlog_entries.add(log_index=2**60, integrated_time=1)
    message.dsse_envelope.payload = ours.payload
    message.dsse_envelope.payload_type = ours.payload_type
    message.dsse_envelope.signatures.add(sig=ours.signatures[0].sig, keyid="x")
    text = write_bundle(message)
    assert str(2**60).encode() in text
    assert verify(text, options(TOKEN), NOW).signers


def test_protobufs_reader_would_find_an_invented_field() -> None:
    fields = json.loads(_exported(OPERATOR)) | {"verdict": "good"}
    with pytest.raises(json_format.ParseError, match="verdict"):
        read_bundle(json.dumps(fields).encode())


@SIGNERS
def test_sigstores_own_model_takes_it(signer: Signer) -> None:
    bundle = Bundle.from_json(_exported(signer))
    assert bundle.dsse_envelope is not None
    assert bundle.dsse_envelope.payload_type == PAYLOAD_TYPE
    assert bundle.dsse_envelope.payload == read(sample_manifest(signer)).payload
    assert bundle.verification_material.public_key is not None


@SIGNERS
def test_securesystemslib_verifies_the_envelope_inside(signer: Signer) -> None:
    envelope = Envelope.from_dict(json.loads(_exported(signer))["dsseEnvelope"])
    theirs = load_pem_public_key(signer.public_pem())
    scheme = SSlibKey.from_crypto(theirs, keyid="x")
    key = SSlibKey("", scheme.keytype, scheme.scheme, scheme.keyval)
    assert set(envelope.verify([key], 1)) == {""}
    other = SSlibKey.from_crypto(load_pem_public_key(STRANGER.public_pem()), keyid="x")
    stranger = SSlibKey("", other.keytype, other.scheme, other.keyval)
    with pytest.raises(VerificationError):
        envelope.verify([stranger], 1)


def test_in_totos_own_reader_takes_the_statement_inside() -> None:
    message = json_format.Parse(read(_exported(OPERATOR)).payload, statement_pb2.Statement())
    statement = Statement.copy_from_pb(message)
    statement.validate()
    assert [subject.name for subject in message.subject] == ["hardware-fingerprint", "evidence"]


def test_of_several_signatures_one_has_to_be_chosen_by_its_key() -> None:
    both = sample_manifest(OPERATOR, TOKEN)
    with pytest.raises(UsageError, match="signed by key-0, key-1") as refused:
        export(both, Trust(trust(OPERATOR, TOKEN), ()))
    assert "--key" in refused.value.advice
    for signer in (OPERATOR, TOKEN):
        bundle = _exported(signer, both)
        assert verify(bundle, options(signer), NOW).signers


def test_the_one_signature_is_that_of_the_key_whatever_the_keyids_say() -> None:
    envelope = json.loads(sample_manifest(OPERATOR, TOKEN))
    first, second = envelope["signatures"]
    first["keyid"], second["keyid"] = second["keyid"], first["keyid"]
    bundle = _exported(TOKEN, json.dumps(envelope).encode())
    assert len(read(bundle).signatures) == 1
    assert verify(bundle, options(TOKEN), NOW).signers


def _tampered(signer: Signer) -> bytes:
    fields = json.loads(_exported(signer))
    fields["dsseEnvelope"]["payload"] = base64.b64encode(b"{}").decode()
    return json.dumps(fields).encode()


def test_a_changed_bundle_is_told_from_one_of_an_unknown_key_by_its_hint() -> None:
    with pytest.raises(NotAuthentic) as changed:
        verify(_tampered(OPERATOR), options(OPERATOR), NOW)
    assert [check.name for check in changed.value.failed] == ["signature"]
    with pytest.raises(NotBelieved) as unknown:
        verify(_tampered(STRANGER), options(OPERATOR), NOW)
    assert [check.name for check in unknown.value.failed] == ["signer"]


def test_a_hint_at_a_trusted_key_makes_no_stranger_believed() -> None:
    fields = json.loads(_exported(STRANGER))
    fields["verificationMaterial"]["publicKey"]["hint"] = trust(OPERATOR)[0].hint
    with pytest.raises(NotAuthentic):
        verify(json.dumps(fields).encode(), options(OPERATOR), NOW)


def test_a_bundle_exports_as_itself() -> None:
    bundle = _exported(OPERATOR)
    assert _exported(OPERATOR, bundle) == bundle


def test_nothing_is_exported_that_is_not_believed() -> None:
    with pytest.raises(NotBelieved):
        export(sample_manifest(STRANGER), Trust(trust(OPERATOR), ()))
    with pytest.raises(NotBelieved):
        export(sample_manifest(), Trust(trust(OPERATOR), trust(OPERATOR)))
    with pytest.raises(NotAuthentic):
        export(b"{}", Trust(trust(OPERATOR), ()))
