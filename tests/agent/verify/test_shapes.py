"""Statements that a trusted key signed and that still have no meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gauger_agent.errors import NotAuthentic
from gauger_agent.verify.core import verify
from support.manifests import NOW, Statement, options, redigested, resigned


def _failed(manifest: bytes) -> list[str]:
    with pytest.raises(NotAuthentic) as refused:
        verify(manifest, options(), NOW)
    return [check.name for check in refused.value.failed]


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        [],
        [None, None],
        [{"name": "hardware-fingerprint"}, {"name": "evidence"}],
        [{"name": "hardware-fingerprint", "digest": {"sha512": "00"}}],
        [{"name": "hardware-fingerprint", "digest": {"sha256": "00"}, "uri": "x"}],
        [{"name": "evidence", "digest": {"sha256": "00"}}],
    ],
)
def test_subjects_of_another_shape_are_refused(subject: Any) -> None:
    assert _failed(resigned(lambda s: s.update(subject=subject))) == ["statement"]


def _agent(statement: Statement) -> None:
    statement["predicate"]["agent"]["digest"] = "sha256:" + "a1" * 32


def _pack_digest(statement: Statement) -> None:
    statement["predicate"]["packs"][0]["sha256"] = "B2" * 32


def _pack_date(statement: Statement) -> None:
    statement["predicate"]["packs"][0]["asOf"] = "today"


def _identifier(statement: Statement) -> None:
    part = statement["predicate"]["fingerprint"]["components"][0]
    part["identifiers"]["serial"] = ["WM21AS001234"]


def _kind(statement: Statement) -> None:
    statement["predicate"]["fingerprint"]["components"][0]["kind"] = "flux capacitor"


def _text(statement: Statement) -> None:
    statement["predicate"]["evidence"]["host"]["board"]["serial"] = "x" * 70_000


def _flag(statement: Statement) -> None:
    statement["predicate"]["evidence"]["accelerators"][0]["bound"] = "yes"


@pytest.mark.parametrize(
    "change", [_agent, _pack_digest, _pack_date, _identifier, _kind, _text, _flag]
)
def test_values_without_a_meaning_are_refused_though_every_digest_fits(
    change: Callable[[Statement], None],
) -> None:
    assert _failed(redigested(change)) == ["predicate"]


@pytest.mark.parametrize("field", ["evidence", "fingerprint", "nonce", "mode", "claimedFindings"])
def test_a_missing_field_is_refused(field: str) -> None:
    assert _failed(resigned(lambda s: s["predicate"].pop(field))) == ["predicate"]
