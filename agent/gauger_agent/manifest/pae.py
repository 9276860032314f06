"""The exact bytes that a signature covers: DSSE's pre-authentication encoding, version 1."""

from __future__ import annotations


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return ``DSSEv1 SP len(type) SP type SP len(payload) SP payload``; lengths count bytes.

    Source: secure-systems-lab/dsse, protocol.md, "Signature Definition".
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
