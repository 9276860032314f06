"""A real manifest of about 50 kB: a captured machine among the fixtures, signed by a fixed key."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gauger_agent.collect import Wanted, collect
from gauger_agent.judging import Law
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.record import Maker, predicate_of
from gauger_agent.sign.file_key import FileKey
from gauger_agent.sign.seal import seal
from gauger_thresholds.packs.load import built_in

_MACHINES = Path(__file__).parents[2] / "tests" / "fixtures" / "machines"
KEY = FileKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
MADE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAW = Law(built_in(), date(2026, 11, 24))


def manifest(machine: str, shipment: str | None = None) -> bytes:
    """Return the signed manifest of a captured machine; ``shipment`` tells equal ones apart."""
    evidence = collect(Wanted(sysroot=_MACHINES / machine / "tree"), lambda _: None)
    maker = Maker(
        operator=None, role=None, shipment=shipment, nonce=None, captured=True, key_note=""
    )
    return seal(payload(predicate_of(evidence, LAW.judge(evidence), maker, MADE)), (KEY,))
