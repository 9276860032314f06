"""The shape of a policy file: TOML with the names below, which are those of the JSON Schema.

``python -m gauger_agent.trust.schema`` writes docs/schema/policy.schema.json from these types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gauger_agent.trust.material import Change
from gauger_agent.verify.assurance import Assurance

SCHEMA = "gauger.policy/1"


class Role(StrEnum):
    """What the holder of a key is, to this verifier."""

    FACTORY = "factory"
    WAREHOUSE = "warehouse"
    INSPECTOR = "inspector"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """A public key that is believed: ``file`` (beside the policy file) or ``pem``, not both."""

    label: str
    role: Role
    file: str | None = None
    pem: str | None = None
    hsm: bool = False


@dataclass(frozen=True, slots=True)
class PolicyMaterial:
    """By kind of part, the changes that are material; a kind left out keeps its default."""

    board: tuple[Change, ...] | None = None
    system: tuple[Change, ...] | None = None
    cpu: tuple[Change, ...] | None = None
    memory: tuple[Change, ...] | None = None
    accelerator: tuple[Change, ...] | None = None
    camera: tuple[Change, ...] | None = None
    nic: tuple[Change, ...] | None = None
    disk: tuple[Change, ...] | None = None
    tpm: tuple[Change, ...] | None = None


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy file. Left out: one signature by one of the keys, however it is kept; no captured
    tree; any program; no age; every pack in force; accelerators and cameras are material.
    """

    schema: str
    keys: tuple[PolicyKey, ...]
    threshold: int = 1
    roles: tuple[Role, ...] = ()
    assurance: Assurance = Assurance.FILE_KEY
    max_age_days: float | None = None
    accept_captured: bool = False
    agents: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    material: PolicyMaterial = field(default_factory=PolicyMaterial)
