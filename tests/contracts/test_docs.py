"""What the documentation says about names is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.statement import Predicate
from gauger_agent.verify.ledger import RULES
from gauger_probes.evidence.schema import definitions

_ROOT = Path(__file__).parents[2]


def _fields() -> set[str]:
    found: set[str] = set()
    for schema in definitions(Predicate).values():
        properties = schema.get("properties") if isinstance(schema, dict) else None
        found |= set(properties) if isinstance(properties, dict) else set()
    return found


def test_the_manifest_page_explains_every_field() -> None:
    text = (_ROOT / "docs" / "manifest.md").read_text("utf-8")
    words = set(re.findall(r"[A-Za-z0-9_]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert _fields() - words == set()


def test_the_page_of_checks_lists_every_rule_in_order_with_its_exit_code() -> None:
    text = (_ROOT / "docs" / "reference" / "checks.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)
    assert listed == [(name, str(int(code))) for name, code in RULES.items()]


def test_the_readme_lists_every_exit_code() -> None:
    text = (_ROOT / "README.md").read_text("utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert listed == {int(code) for code in ExitCode}


@pytest.mark.parametrize(
    "path", sorted(_ROOT.glob("docs/**/*.md")) + sorted(_ROOT.glob("*.md")), ids=str
)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
