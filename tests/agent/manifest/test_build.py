"""The payload: four keys, two subjects, and nothing in it that no reader would accept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math

import pytest
import rfc8785

from gauger_agent.manifest.build import payload
from gauger_agent.manifest.jcs import JcsError, canonical
from gauger_agent.manifest.statement import Predicate
from gauger_agent.manifest.strict_json import parse
from gauger_probes.evidence.codec import from_json
from support.evidence import gemm, sample_evidence, sample_gpu
from support.manifests import sample_predicate


def test_the_statement_has_exactly_its_four_keys_and_types() -> None:
    statement = json.loads(payload(sample_predicate()))
    assert list(statement) == ["_type", "predicate", "predicateType", "subject"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://gauger.example/capability-manifest/v1"


def test_the_subjects_are_the_digests_that_another_implementation_computes() -> None:
    statement = json.loads(payload(sample_predicate()))
    predicate = statement["predicate"]
    names = [subject["name"] for subject in statement["subject"]]
    digests = [subject["digest"] for subject in statement["subject"]]
    values = (predicate["fingerprint"]["components"], predicate["evidence"])
    assert names == ["hardware-fingerprint", "evidence"]
    expected = [{"sha256": hashlib.sha256(rfc8785.dumps(value)).hexdigest()} for value in values]
    assert digests == expected
    assert predicate["fingerprint"]["rollup"] == digests[0]["sha256"]


def test_the_predicate_reads_back_as_it_was() -> None:
    predicate = sample_predicate()
    statement = parse(payload(predicate))
    assert isinstance(statement, dict)
    assert from_json(Predicate, statement["predicate"]) == predicate


def test_the_predicate_has_the_names_that_scripts_rely_on() -> None:
    predicate = json.loads(payload(sample_predicate()))["predicate"]
    assert set(predicate) == {
        "schemaVersion",
        "mode",
        "collectedAt",
        "nonce",
        "context",
        "agent",
        "evidence",
        "metrics",
        "claimedFindings",
        "packs",
        "fingerprint",
    }
    assert set(predicate["context"]) == {"operator", "role", "shipment"}
    assert set(predicate["packs"][0]) == {"id", "version", "sha256", "asOf"}


def test_optional_parts_appear_when_they_are_there() -> None:
    built = payload(sample_predicate(tpm={"quote": "AA=="}, device_evidence={"gpus": []}))
    predicate = json.loads(built)["predicate"]
    assert predicate["tpm"] == {"quote": "AA=="}
    assert predicate["deviceEvidence"] == {"gpus": []}


def test_the_payload_is_canonical_and_the_same_each_time() -> None:
    built = payload(sample_predicate())
    assert built == payload(sample_predicate())
    assert canonical(parse(built)) == built


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "5E" * 32},
        {"collected_at": "yesterday"},
        {"schema_version": "0.9"},
    ],
)
def test_a_predicate_that_no_verifier_would_accept_is_not_built(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"nonce|collectedAt|schemaVersion"):
        payload(sample_predicate(**wrong))


def test_a_counter_that_no_double_equals_is_not_written_as_a_number() -> None:
    gpu = dataclasses.replace(
        sample_gpu(),
        measurements=(dataclasses.replace(gemm(1.0), conditions={"counter": 2**53 + 1}),),
    )
    evidence = dataclasses.replace(sample_evidence(), accelerators=(gpu,))
    predicate = dataclasses.replace(sample_predicate(), evidence=evidence)
    with pytest.raises(JcsError):
        payload(predicate)


def test_a_figure_that_is_not_finite_is_not_written() -> None:
    gpu = dataclasses.replace(sample_gpu(), measurements=(gemm(math.nan),))
    evidence = dataclasses.replace(sample_evidence(), accelerators=(gpu,))
    with pytest.raises(ValueError, match="nan"):
        payload(dataclasses.replace(sample_predicate(), evidence=evidence))
