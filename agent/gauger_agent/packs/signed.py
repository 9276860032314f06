"""One signed pack file: a DSSE envelope around the pack's TOML, of a type of its own.

The type is part of what is signed (DSSE's pre-authentication encoding), so a pack passes for no
manifest and a manifest for no pack, even where one key signs both.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gauger_agent.errors import UsageError
from gauger_agent.read import read_bounded
from gauger_agent.sign.seal import seal
from gauger_agent.sign.signer import Signer
from gauger_agent.verify.authenticity import prove
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options
from gauger_thresholds.packs.load import MAX_PACK, PackError, read_pack
from gauger_thresholds.packs.model import LoadedPack

PAYLOAD_TYPE = "application/vnd.gauger.pack.v1+toml"
#: Bytes of a file: a pack in base64, and sixty signatures.
MAX_FILE = 2 * MAX_PACK


@dataclass(frozen=True, slots=True)
class SignedPack:
    """A pack that is proven, the key that signed it, and the file's bytes."""

    loaded: LoadedPack
    key: TrustedKey
    data: bytes


def seal_pack(loaded: LoadedPack, signer: Signer) -> bytes:
    """Return the signed pack file of ``loaded``."""
    return seal(loaded.raw, (signer,), PAYLOAD_TYPE)


def read_signed(
    path: Path, keys: tuple[TrustedKey, ...], revoked: tuple[TrustedKey, ...]
) -> SignedPack:
    """Return the pack in the file at ``path``, signed by one of ``keys``.

    Raises:
        InputUnreadable: it cannot be read.
        Refused: it is no signed pack, or not by a key that is believed.
        UsageError: what is signed is no pack.
    """
    return proven_pack(path.name, read_bounded(path, MAX_FILE), keys, revoked)


def proven_pack(
    name: str, data: bytes, keys: tuple[TrustedKey, ...], revoked: tuple[TrustedKey, ...]
) -> SignedPack:
    """Return the pack in ``data``, signed by one of ``keys``; ``name`` is for messages.

    Raises:
        Refused: it is no signed pack, or not by a key that is believed.
        UsageError: it is too long, or what is signed is no pack.
    """
    if len(data) > MAX_FILE:
        raise UsageError(f"{name}: longer than {MAX_FILE} bytes, not a signed pack")
    ledger = Ledger()
    proven = prove(data, Options(keys, revoked), ledger, PAYLOAD_TYPE)
    ledger.settle()
    if proven is None:
        raise RuntimeError("unproven, and no rule says why")
    try:
        loaded = read_pack(name, proven.payload)
    except PackError as problem:
        raise UsageError(str(problem), "ask whoever signed it for a sound one") from problem
    return SignedPack(loaded, proven.keys[0], data)
