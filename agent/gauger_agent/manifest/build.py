"""Turns a predicate into the payload bytes that are signed. Pure: no clock, no key, no file."""

from __future__ import annotations

from gauger_agent.manifest.jcs import canonical
from gauger_agent.manifest.statement import (
    EVIDENCE_SUBJECT,
    FINGERPRINT_SUBJECT,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Digest,
    Predicate,
    Subject,
    problems,
    subject_digest,
)
from gauger_probes.evidence.codec import to_json


def payload(predicate: Predicate) -> bytes:
    """Return the RFC 8785 bytes of the Statement about ``predicate``.

    Raises:
        ValueError: a value has no meaning or JSON cannot carry it (:class:`JcsError` for a
            number that no double equals), so that no reader would accept the manifest.
    """
    wrong = list(problems(predicate))
    if wrong:
        raise ValueError("; ".join(wrong))
    subjects = (
        Subject(FINGERPRINT_SUBJECT, Digest(predicate.fingerprint.rollup)),
        Subject(EVIDENCE_SUBJECT, Digest(subject_digest(to_json(predicate.evidence)))),
    )
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": to_json(subjects),
        "predicateType": PREDICATE_TYPE,
        "predicate": to_json(predicate),
    }
    return canonical(statement)
