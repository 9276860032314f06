"""Each rule of the verifier, by the attack that it stops."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from gauger_agent.errors import NotAuthentic, NotBelieved, NotFresh, Refused
from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.envelope import read, write
from gauger_agent.manifest.statement import Mode
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.check import CheckStatus
from gauger_agent.verify.core import Verified, verify
from gauger_agent.verify.ledger import RULES
from gauger_agent.verify.options import Options
from support.attacks import ATTACKS, Attack
from support.evidence import gemm, sample_evidence, sample_gpu
from support.manifests import (
    NONCE,
    NOW,
    OPERATOR,
    STRANGER,
    TOKEN,
    options,
    resigned,
    sample_manifest,
    sample_predicate,
    trust,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_fails_one_check_with_its_exit_code_and_says_what_to_do(attack: Attack) -> None:
    with pytest.raises(Refused) as refused:
        verify(attack.manifest(), attack.options, NOW)
    assert [check.name for check in refused.value.failed] == [attack.check]
    assert refused.value.exit_code is attack.code
    failed = refused.value.failed[0]
    assert failed.expected
    assert failed.found
    assert failed.advice


def test_the_untouched_manifest_is_verified_with_everything_that_was_signed() -> None:
    verified = verify(sample_manifest(), options(), NOW)
    assert verified.predicate == sample_predicate()
    assert verified.evidence == sample_evidence()
    assert verified.predicate.claimed_findings[0].rule == "us.3a090.a"
    assert verified.collected_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert verified.assurance is Assurance.FILE_KEY
    assert verified.payload == read(sample_manifest()).payload


def test_every_rule_is_reported_once_and_in_order_whether_it_holds_or_not() -> None:
    checks = verify(sample_manifest(), options(), NOW).checks
    assert [check.name for check in checks] == list(RULES)
    assert {check.status for check in checks} == {CheckStatus.PASSED, CheckStatus.NOT_DONE}
    with pytest.raises(Refused) as refused:
        verify(b"{}", options(), NOW)
    assert [check.name for check in refused.value.checks] == list(RULES)


def test_freshness_that_nobody_asked_for_is_not_done_and_never_passed() -> None:
    checks = {check.name: check for check in verify(sample_manifest(), options(), NOW).checks}
    assert checks["nonce"].status is CheckStatus.NOT_DONE
    assert checks["age"].status is CheckStatus.NOT_DONE


def test_freshness_that_was_asked_for_and_shown_is_passed() -> None:
    asked = options(nonce=NONCE, max_age=timedelta(minutes=10))
    checks = {check.name: check for check in verify(sample_manifest(), asked, NOW).checks}
    assert checks["nonce"].status is CheckStatus.PASSED
    assert checks["age"].status is CheckStatus.PASSED


def test_a_clock_up_to_five_minutes_ahead_is_tolerated() -> None:
    ahead = sample_manifest(collected_at="2026-11-24T12:15:00Z")
    assert verify(ahead, options(max_age=timedelta(0)), NOW)


def test_a_captured_tree_is_accepted_when_the_verifier_says_so() -> None:
    captured = sample_manifest(mode=Mode.CAPTURED)
    verified = verify(captured, options(accept_captured=True), NOW)
    assert verified.predicate.mode is Mode.CAPTURED


def test_all_broken_rules_are_reported_and_the_gravest_decides() -> None:
    def change(statement: dict[str, dict[str, object]]) -> None:
        statement["predicate"].update(mode="captured", collectedAt="2020-01-01T00:00:00Z")
        statement["predicate"]["fingerprint"] |= {"rollup": "00" * 32}  # type: ignore[operator]

    asked = options(nonce="00" * 32, max_age=timedelta(days=1))
    with pytest.raises(NotAuthentic) as refused:
        verify(resigned(change), asked, NOW)
    names = [check.name for check in refused.value.failed]
    assert names == ["fingerprint", "mode", "nonce", "age"]


def test_disbelief_is_graver_than_staleness() -> None:
    captured = sample_manifest(mode=Mode.CAPTURED)
    with pytest.raises(NotBelieved) as refused:
        verify(captured, options(nonce="00" * 32), NOW)
    assert [check.name for check in refused.value.failed] == ["mode", "nonce"]
    with pytest.raises(NotFresh):
        verify(captured, options(nonce="00" * 32, accept_captured=True), NOW)


#: The rules about the envelope alone.
OUTSIDE = list(RULES)[: list(RULES).index("statement")]
UNPROVEN = [attack for attack in ATTACKS if attack.check in OUTSIDE]


@pytest.mark.parametrize("attack", UNPROVEN, ids=lambda attack: attack.name)
def test_nothing_inside_an_unproven_payload_is_read(attack: Attack) -> None:
    with pytest.raises(Refused) as refused:
        verify(attack.manifest(), attack.options, NOW)
    assert {check.found for check in refused.value.checks[len(OUTSIDE) :]} == {"not reached"}


def test_an_unknown_signer_is_said_to_be_unchecked_and_never_good() -> None:
    with pytest.raises(NotBelieved) as refused:
        verify(sample_manifest(STRANGER), options(), NOW)
    checks = {check.name: check for check in refused.value.checks}
    assert checks["signature"].status is CheckStatus.NOT_DONE
    assert "not checked" in (checks["signature"].found or "")
    assert "signerUnknown" in (checks["signer"].found or "")


def test_a_revoked_key_is_not_believed_however_it_is_trusted_and_the_reason_says_so() -> None:
    for trusted in (trust(OPERATOR), trust(OPERATOR, STRANGER), ()):
        with pytest.raises(NotBelieved) as refused:
            verify(sample_manifest(), Options(trusted, revoked=trust(OPERATOR)), NOW)
        (failed,) = refused.value.failed
        assert failed.name == "revocation"
        assert "revoked" in (failed.found or "")


def test_a_signature_by_a_revoked_key_beside_a_good_one_does_not_count_and_is_said() -> None:
    asked = options(OPERATOR, TOKEN, revoked=trust(OPERATOR))
    verified = verify(sample_manifest(OPERATOR, TOKEN), asked, NOW)
    assert [signer.key_sha256 for signer in verified.signers] == [trust(TOKEN)[0].spki_sha256]
    checks = {check.name: check for check in verified.checks}
    assert checks["revocation"].status is CheckStatus.PASSED
    assert "does not count" in (checks["revocation"].found or "")


def test_revoking_a_key_that_did_not_sign_changes_nothing() -> None:
    assert verify(sample_manifest(), options(revoked=trust(STRANGER, TOKEN)), NOW).signers


def test_a_verifier_without_any_key_believes_nobody() -> None:
    with pytest.raises(NotBelieved):
        verify(sample_manifest(), Options(()), NOW)


def test_a_changed_keyid_on_a_good_signature_changes_nothing() -> None:
    for keyid in ("", "SHA256:nobody", STRANGER.keyid, "\x1b[31mred"):
        envelope = json.loads(sample_manifest())
        envelope["signatures"][0]["keyid"] = keyid
        assert verify(json.dumps(envelope).encode(), options(), NOW).signers
    del envelope["signatures"][0]["keyid"]
    assert verify(json.dumps(envelope).encode(), options(), NOW).signers


def test_whoever_signed_is_told_under_the_verifiers_own_name() -> None:
    both = sample_manifest(OPERATOR, TOKEN, STRANGER)
    verified = verify(both, options(TOKEN, OPERATOR), NOW)
    assert [signer.label for signer in verified.signers] == ["key-0", "key-1"]
    assert verified.signers[0].key_sha256 == trust(TOKEN)[0].spki_sha256


def test_one_key_that_signs_twice_is_one_signer() -> None:
    twice = sample_manifest(TOKEN, TOKEN)
    assert len(verify(twice, options(TOKEN, TOKEN), NOW).signers) == 1


def test_the_mirrored_ecdsa_signature_is_the_same_manifest() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    from cryptography.hazmat.primitives.asymmetric.utils import (
        decode_dss_signature,
        encode_dss_signature,
    )

    envelope = read(sample_manifest(TOKEN))
    r, s = decode_dss_signature(envelope.signatures[0].sig)
    mirrored = dataclasses.replace(envelope.signatures[0], sig=encode_dss_signature(r, order - s))
    other = write(dataclasses.replace(envelope, signatures=(mirrored,)))
    assert other != write(envelope)
    first, second = (verify(data, options(TOKEN), NOW) for data in (write(envelope), other))
    assert first.payload_sha256 == second.payload_sha256


def test_a_device_of_fifteen_petaflops_goes_through_signing_and_verifying() -> None:
    gpu = dataclasses.replace(sample_gpu(), measurements=(gemm(1.5e16),))
    evidence = dataclasses.replace(sample_evidence(), accelerators=(gpu,))
    manifest = sample_manifest(evidence=evidence)
    assert b"15000000000000000" in read(manifest).payload
    verified = verify(manifest, options(), NOW)
    assert verified.evidence.accelerators[0].measurements[0].median == 1.5e16


def test_a_verified_value_cannot_be_made_elsewhere() -> None:
    verified = verify(sample_manifest(), options(), NOW)
    arguments = {
        field.name: getattr(verified, field.name) for field in dataclasses.fields(verified)
    }
    with pytest.raises(TypeError, match="only"):
        Verified(**arguments, seal=object())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(verified, predicate=sample_predicate(nonce=None))  # type: ignore[call-arg]


def test_hostile_text_is_shown_without_its_control_characters() -> None:
    hostile = resigned(lambda s: s.update(predicateType="\x1b]0;cleared\x07" + "x" * 9999))
    with pytest.raises(Refused) as refused:
        verify(hostile, options(), NOW)
    assert "\x1b" not in refused.value.message
    assert len(refused.value.message) < 400


def test_the_refusal_is_of_the_class_that_its_code_names() -> None:
    assert NotAuthentic("").exit_code is ExitCode.NOT_AUTHENTIC
    with pytest.raises(NotAuthentic) as refused:
        verify(b"", options(), NOW)
    assert type(refused.value) is NotAuthentic


@pytest.mark.parametrize(
    "asked",
    [
        {"nonce": "5E" * 32},
        {"nonce": "5e" * 31},
        {"nonce": NONCE + "\n"},
        {"max_age": timedelta(seconds=-1)},
        {"build_date": datetime(2026, 1, 1)},  # noqa: DTZ001  the missing zone is the point
    ],
)
def test_malformed_options_are_refused_before_any_manifest_is_read(
    asked: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"nonce|age|zone"):
        options(**asked)


def test_a_time_without_a_zone_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        verify(sample_manifest(), options(), datetime(2026, 11, 24))  # noqa: DTZ001  likewise
