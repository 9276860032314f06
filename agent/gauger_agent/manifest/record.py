"""Puts together the predicate of one run: evidence, claims, who made it and with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from gauger_agent.fingerprint import fingerprint
from gauger_agent.manifest.statement import (
    SCHEMA_VERSION,
    Agent,
    Context,
    JudgedPack,
    Mode,
    Predicate,
    Privacy,
)
from gauger_agent.manifest.times import format_utc
from gauger_agent.self_digest import self_digest
from gauger_probes.evidence.document import Evidence
from gauger_probes.text import clean
from gauger_thresholds.evaluate.judge import Judgement


@dataclass(frozen=True, slots=True)
class Maker:
    """What the operator states about the run, and the worth of the key that will sign it."""

    operator: str | None
    role: str | None
    shipment: str | None
    nonce: str | None
    captured: bool
    key_note: str
    privacy: Privacy | None = None


def predicate_of(
    evidence: Evidence, judgement: Judgement, maker: Maker, collected: datetime
) -> Predicate:
    """Return the predicate of a run that ended at ``collected`` (with its zone)."""
    return Predicate(
        schema_version=SCHEMA_VERSION,
        mode=Mode.CAPTURED if maker.captured else Mode.LIVE,
        collected_at=format_utc(collected),
        nonce=maker.nonce,
        context=Context(
            operator=_stated(maker.operator),
            role=_stated(maker.role),
            shipment=_stated(maker.shipment),
            key_note=maker.key_note,
        ),
        agent=Agent(version("gauger"), self_digest()),
        evidence=evidence,
        metrics=judgement.metrics,
        claimed_findings=judgement.verdicts,
        packs=tuple(
            JudgedPack(item.pack.id, str(item.pack.version), item.sha256, judgement.as_of)
            for item in judgement.packs
        ),
        fingerprint=fingerprint(evidence),
        privacy=maker.privacy,
    )


def _stated(text: str | None) -> str | None:
    return None if text is None else clean(text)
