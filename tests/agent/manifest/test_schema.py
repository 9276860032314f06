"""The published JSON Schema: up to date, valid, and of one mind with the verifier."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gauger_agent.errors import Refused
from gauger_agent.manifest.schema import schema, text
from gauger_agent.verify.core import verify
from support.attacks import ATTACKS, Attack, statement_of
from support.evidence import sample_camera, sample_evidence
from support.manifests import NOW, options, sample_manifest

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / "manifest.schema.json"
SHAPES = {"predicateType", "schemaVersion", "predicate"}


def test_the_published_schema_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "gauger_agent.manifest.schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed == text() == PUBLISHED.read_text(encoding="utf-8")


def test_the_schema_is_a_schema_and_the_sample_fits_it() -> None:
    Draft202012Validator.check_schema(schema())
    evidence = sample_evidence()
    with_camera = type(evidence)(
        evidence.host, (sample_camera(),), evidence.accelerators, evidence.coverage
    )
    for manifest in (sample_manifest(), sample_manifest(evidence=with_camera)):
        Draft202012Validator(schema()).validate(statement_of(manifest))
        assert verify(manifest, options(), NOW)


@pytest.mark.parametrize(
    "attack", [entry for entry in ATTACKS if entry.check in SHAPES], ids=lambda entry: entry.name
)
def test_what_the_verifier_refuses_for_its_shape_does_not_fit_the_schema(attack: Attack) -> None:
    manifest = attack.manifest()
    with pytest.raises(Refused):
        verify(manifest, attack.options, NOW)
    assert not Draft202012Validator(schema()).is_valid(statement_of(manifest))
