"""Second half of verifying: whether proven bytes are a manifest that agrees with itself."""

from __future__ import annotations

from collections import Counter

from gauger_agent.fingerprint import component_digest
from gauger_agent.manifest.statement import (
    EVIDENCE_SUBJECT,
    FINGERPRINT_SUBJECT,
    PREDICATE_TYPE,
    SCHEMA_VERSION,
    STATEMENT_KEYS,
    STATEMENT_TYPE,
    Predicate,
    Subject,
    problems,
    subject_digest,
)
from gauger_agent.manifest.strict_json import StrictJsonError, parse
from gauger_agent.verify.ledger import Ledger
from gauger_probes.evidence.codec import DecodeError, from_json, kind_of
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import PROBES

_MAKER = "The signer's program wrote a manifest that breaks the format: ask the signer."


def read_predicate(payload: bytes, ledger: Ledger) -> Predicate | None:
    """Return the predicate in ``payload``, or ``None`` with the reasons in ``ledger``."""
    statement = _statement(payload, ledger)
    if statement is None:
        return None
    subjects = _subjects(statement, ledger)
    raw = _predicate_of_our_type(statement, ledger)
    if raw is None or not _version(raw, ledger):
        return None
    predicate = _typed(raw, ledger)
    if subjects is not None:
        _digests(raw, predicate, subjects, ledger)
    if predicate is not None:
        _coverage(predicate, ledger)
    return predicate


def _statement(payload: bytes, ledger: Ledger) -> dict[str, JsonValue] | None:
    try:
        value = parse(payload)
    except StrictJsonError as error:
        ledger.failed("statement", "strict JSON", str(error), _MAKER)
        return None
    if isinstance(value, dict) and set(value) == STATEMENT_KEYS:
        return value
    found = ", ".join(sorted(value)) if isinstance(value, dict) else kind_of(value)
    ledger.failed("statement", "exactly " + ", ".join(sorted(STATEMENT_KEYS)), found, _MAKER)
    return None


def _subjects(statement: dict[str, JsonValue], ledger: Ledger) -> tuple[Subject, Subject] | None:
    kind = statement["_type"]
    if kind != STATEMENT_TYPE:
        ledger.failed("statement", f"_type {STATEMENT_TYPE}", f"_type {kind}", _MAKER)
        return None
    expected = f"two subjects: {FINGERPRINT_SUBJECT}, {EVIDENCE_SUBJECT}"
    entries = statement["subject"]
    try:
        if not isinstance(entries, list):
            raise DecodeError(f"subject: {kind_of(entries)}")
        subjects = tuple(from_json(Subject, entry, "subject") for entry in entries)
    except DecodeError as error:
        ledger.failed("statement", expected, str(error), _MAKER)
        return None
    names = [subject.name for subject in subjects]
    if names != [FINGERPRINT_SUBJECT, EVIDENCE_SUBJECT]:
        ledger.failed("statement", expected, ", ".join(names) or "none", _MAKER)
        return None
    ledger.passed("statement")
    return subjects[0], subjects[1]


def _predicate_of_our_type(
    statement: dict[str, JsonValue], ledger: Ledger
) -> dict[str, JsonValue] | None:
    kind = statement["predicateType"]
    if kind != PREDICATE_TYPE:
        ledger.failed(
            "predicateType",
            PREDICATE_TYPE,
            str(kind),
            "This is a signed statement of another kind, not a capability manifest.",
        )
        return None
    ledger.passed("predicateType")
    raw = statement["predicate"]
    if isinstance(raw, dict):
        return raw
    ledger.failed("predicate", "an object", kind_of(raw), _MAKER)
    return None


def _version(raw: dict[str, JsonValue], ledger: Ledger) -> bool:
    version = raw.get("schemaVersion")
    if version == SCHEMA_VERSION:
        ledger.passed("schemaVersion", SCHEMA_VERSION)
        return True
    ledger.failed(
        "schemaVersion",
        SCHEMA_VERSION,
        str(version),
        "Verify with a release of gauger that reads this version.",
    )
    return False


def _typed(raw: dict[str, JsonValue], ledger: Ledger) -> Predicate | None:
    expected = f"a predicate of version {SCHEMA_VERSION}"
    try:
        predicate = from_json(Predicate, raw, "predicate")
    except DecodeError as error:
        ledger.failed("predicate", expected, str(error), _MAKER)
        return None
    wrong = list(problems(predicate))
    if wrong:
        ledger.failed("predicate", expected, "; ".join(wrong), _MAKER)
        return None
    ledger.passed("predicate")
    return predicate


def _digests(
    raw: dict[str, JsonValue],
    predicate: Predicate | None,
    subjects: tuple[Subject, Subject],
    ledger: Ledger,
) -> None:
    """Recompute both subjects from the JSON as it was parsed, so that nothing is normalised."""
    fingerprint = raw.get("fingerprint")
    if isinstance(fingerprint, dict) and "components" in fingerprint:
        computed = subject_digest(fingerprint["components"])
        stated = {"subject[0]": subjects[0].digest.sha256, "rollup": fingerprint.get("rollup")}
        wrong = [f"{where} {digest}" for where, digest in stated.items() if digest != computed]
        wrong += _wrong_components(predicate)
        _compare("fingerprint", computed, wrong, ledger)
    if "evidence" in raw:
        computed = subject_digest(raw["evidence"])
        stated_evidence = subjects[1].digest.sha256
        wrong = [] if stated_evidence == computed else [f"subject[1] {stated_evidence}"]
        _compare("evidence", computed, wrong, ledger)


def _wrong_components(predicate: Predicate | None) -> list[str]:
    components = predicate.fingerprint.components if predicate is not None else ()
    return [
        f"components[{at}].digest {part.digest}"
        for at, part in enumerate(components)
        if part.digest != component_digest(part.kind, part.identifiers)
    ]


def _compare(name: str, computed: str, wrong: list[str], ledger: Ledger) -> None:
    if wrong:
        advice = "Parts of two manifests were put together, or the maker is at fault: refuse it."
        ledger.failed(name, f"SHA-256 {computed}", "; ".join(wrong), advice)
    else:
        ledger.passed(name, computed)


def _coverage(predicate: Predicate, ledger: Ledger) -> None:
    """Silence is never absence: every probe says that it looked, or why it could not."""
    lines = Counter(line.probe for line in predicate.evidence.coverage)
    wrong = [f"{lines[probe]} lines for {probe}" for probe in PROBES if lines[probe] != 1]
    wrong += [f"unknown probe {name}" for name in lines if name.partition(".")[0] not in PROBES]
    if wrong:
        expected = "one line each for " + ", ".join(PROBES)
        ledger.failed("coverage", expected, "; ".join(wrong), _MAKER)
    else:
        ledger.passed("coverage", f"{lines.total()} lines")
