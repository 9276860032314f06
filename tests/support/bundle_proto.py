"""The Sigstore bundle as a protobuf message, so that protobuf's own JSON reader judges ours.

Names and numbers of fields are those of sigstore/protobuf-specs (sigstore_bundle.proto,
sigstore_common.proto, sigstore_rekor.proto) and of DSSE's envelope.proto, less what no test uses.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_STRING = FieldDescriptorProto.TYPE_STRING
_BYTES = FieldDescriptorProto.TYPE_BYTES
_INT64 = FieldDescriptorProto.TYPE_INT64
_OPTIONAL = FieldDescriptorProto.LABEL_OPTIONAL
_REPEATED = FieldDescriptorProto.LABEL_REPEATED
_PACKAGE = "bundle.test"

#: message → field → (number, type or the name of a message, repeated)
_MESSAGES: dict[str, dict[str, tuple[int, Any, bool]]] = {
    "PublicKeyIdentifier": {"hint": (1, _STRING, False)},
    "TransparencyLogEntry": {
        "log_index": (1, _INT64, False),
        "integrated_time": (4, _INT64, False),
    },
    "VerificationMaterial": {
        "public_key": (1, "PublicKeyIdentifier", False),
        "tlog_entries": (3, "TransparencyLogEntry", True),
    },
    "Signature": {"sig": (1, _BYTES, False), "keyid": (2, _STRING, False)},
    "Envelope": {
        "payload": (1, _BYTES, False),
        "payload_type": (2, _STRING, False),
        "signatures": (3, "Signature", True),
    },
    "Bundle": {
        "media_type": (1, _STRING, False),
        "verification_material": (2, "VerificationMaterial", False),
        "dsse_envelope": (4, "Envelope", False),
    },
}


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="bundle_test.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, repeated) in fields.items():
            label = (
                FieldDescriptorProto.LABEL_REPEATED
                if repeated
                else FieldDescriptorProto.LABEL_OPTIONAL
            )
            added = message.field.add(name=field, number=number, label=label)
            if isinstance(kind, str):
                added.type = FieldDescriptorProto.TYPE_MESSAGE
                added.type_name = f".{_PACKAGE}.{kind}"
            else:
                added.type = kind
    return file


def _bundle_class() -> Any:
    pool = DescriptorPool()
    pool.Add(_file())
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Bundle"))


BUNDLE = _bundle_class()


def read_bundle(text: bytes) -> Any:
    """Return the message that protobuf reads in ``text``; a field that it lacks is an error."""
    return json_format.Parse(text, BUNDLE())


def write_bundle(message: Any) -> bytes:
    """Return ``message`` as protobuf writes it in JSON."""
    text: str = json_format.MessageToJson(message)
    return text.encode()
