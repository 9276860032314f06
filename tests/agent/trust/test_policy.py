"""A policy file: what it says, what it leaves out, and every way in which it can be wrong."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.fingerprint import Kind
from gauger_agent.trust.material import Change, Material
from gauger_agent.trust.policy import MAX_POLICY, PolicyError, parse_policy, read_policy
from gauger_agent.trust.schema import schema, text
from gauger_agent.verify.assurance import Assurance
from support.manifests import OPERATOR, STRANGER, TOKEN, trust

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "schema" / "policy.schema.json"
GUIDE = ROOT / "docs" / "guides" / "write-a-policy.md"

HEAD = 'schema = "gauger.policy/1"\n'
KEY = '[[keys]]\nlabel = "factory"\nrole = "factory"\nfile = "factory.pem"\n'
PEM = TOKEN.public_pem().decode()
SECOND = f'[[keys]]\nlabel = "depot"\nrole = "warehouse"\nhsm = true\npem = """\n{PEM}"""\n'
LEAST = HEAD + KEY
FULL = f"""{HEAD}
threshold = 2
roles = ["factory", "warehouse"]
assurance = "hardwareKey"
maxAgeDays = 30
acceptCaptured = true
agents = ["{"a1" * 32}"]
packs = ["us", "eu"]
{KEY}{SECOND}
[material]
memory = ["removed"]
camera = []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "factory.pem").write_bytes(OPERATOR.public_pem())
    return tmp_path / "policy.toml"


def _refusal(file: Path, content: str) -> str:
    file.write_text(content)
    with pytest.raises(UsageError) as refused:
        read_policy(file)
    assert refused.value.message.startswith(f"{file}: ")
    assert "\n" not in refused.value.message
    assert "write-a-policy.md" in refused.value.advice
    return refused.value.message


def test_everything_that_a_policy_says_is_read(file: Path) -> None:
    file.write_text(FULL)
    policy = read_policy(file)
    factory, depot = policy.keys
    assert (factory.label, factory.role, factory.hsm) == ("factory", "factory", False)
    assert (depot.label, depot.role, depot.hsm) == ("depot", "warehouse", True)
    assert factory.der == trust(OPERATOR)[0].der
    assert (policy.threshold, policy.roles) == (2, ("factory", "warehouse"))
    assert policy.assurance is Assurance.HARDWARE_KEY
    assert policy.max_age == timedelta(days=30)
    assert policy.accept_captured
    assert policy.agents == ("a1" * 32,)
    assert policy.packs == ("us", "eu")


def test_what_a_policy_leaves_out_has_the_documented_default(file: Path) -> None:
    file.write_text(LEAST)
    policy = read_policy(file)
    assert (policy.threshold, policy.roles, policy.agents, policy.packs) == (1, (), (), ())
    assert policy.assurance is Assurance.FILE_KEY
    assert policy.max_age is None
    assert not policy.accept_captured
    assert policy.material == Material()


def test_by_default_another_accelerator_or_camera_is_material_and_nothing_else() -> None:
    counted = {
        (kind, change) for kind in Kind for change in Change if Material().counts(kind, change)
    }
    changes = (Change.ADDED, Change.REMOVED, Change.REPLACED)
    assert counted == {(kind, c) for kind in (Kind.ACCELERATOR, Kind.CAMERA) for c in changes}


def test_a_kind_that_a_policy_names_is_replaced_and_the_others_keep_their_default(
    file: Path,
) -> None:
    file.write_text(FULL)
    material = read_policy(file).material
    assert material.counts("memory", "removed")
    assert not material.counts("memory", "added")
    assert not material.counts("camera", "removed")
    assert material.counts("accelerator", "removed")


def test_what_did_not_change_is_never_material() -> None:
    for word in ("same", "unknown"):
        assert not Material().counts("accelerator", word)


KEYLESS = HEAD + "keys = []\n"
WRONG = {
    "not TOML": ("schema = ", "not a TOML file"),
    "not UTF-8": ("\udcff", "not a TOML file"),
    "a key stated twice": (HEAD + HEAD + KEY, "not a TOML file"),
    "no schema": (KEY, "policy: field 'schema' is missing"),
    "another schema": (LEAST.replace("/1", "/2"), "policy.schema: 'gauger.policy/2'"),
    "no keys": (HEAD, "policy: field 'keys' is missing"),
    "an empty list of keys": (KEYLESS, "policy.keys: it must hold 1 to"),
    "a name misspelt": (HEAD + "treshold = 2\n" + KEY, "policy: unknown field 'treshold'"),
    "a name in another spelling": (
        HEAD + "max_age_days = 2\n" + KEY,
        "policy: unknown field 'max_age_days'",
    ),
    "a text for a number": (HEAD + 'threshold = "2"\n' + KEY, "policy.threshold: expected int"),
    "a threshold of 0": (HEAD + "threshold = 0\n" + KEY, "policy.threshold: 0 signatures"),
    "a threshold of half": (HEAD + "threshold = 1.5\n" + KEY, "policy.threshold: expected int"),
    "more signatures than keys": (
        HEAD + "threshold = 2\n" + KEY,
        "policy.threshold: 2 signatures of 1 keys can never be met",
    ),
    "a role that nobody holds": (
        HEAD + 'roles = ["warehouse"]\n' + KEY,
        "policy.roles[0]: no key has the role 'warehouse'",
    ),
    "a role that is none": (
        LEAST.replace('role = "factory"', 'role = "boss"'),
        "policy.keys[0].role: expected one of factory, warehouse, inspector",
    ),
    "an assurance that is none": (
        HEAD + 'assurance = "high"\n' + KEY,
        "policy.assurance: expected one of fileKey",
    ),
    "a negative age": (HEAD + "maxAgeDays = -1\n" + KEY, "policy.maxAgeDays: not between"),
    "an endless age": (HEAD + "maxAgeDays = inf\n" + KEY, "policy.maxAgeDays: not a finite"),
    "an age that is no number": (HEAD + "maxAgeDays = nan\n" + KEY, "policy.maxAgeDays: not a"),
    "a digest cut short": (HEAD + 'agents = ["a1"]\n' + KEY, "policy.agents[0]: not 64"),
    "a key of two sources": (LEAST + 'pem = "x"\n', "policy.keys[0]: it must have either"),
    "a key of no source": (LEAST.replace('file = "factory.pem"', ""), "policy.keys[0]: it must"),
    "a key that is none": (
        LEAST.replace('file = "factory.pem"', 'pem = "x"'),
        "policy.keys[0].pem: expected one PEM block",
    ),
    "a label that acts on a terminal": (
        LEAST.replace('label = "factory"', r'label = "a\u001b[31m"'),
        "policy.keys[0].label: it must be a printable",
    ),
    "the same key twice": (
        HEAD + KEY + KEY.replace('label = "factory"', 'label = "depot"'),
        "policy.keys[1]: the same key as keys[0]",
    ),
    "two keys of one label": (
        HEAD + KEY + SECOND.replace('"depot"', '"factory"'),
        "policy.keys[1].label: that of keys[0] too",
    ),
    "a change that is none": (
        LEAST + '[material]\ncamera = ["painted"]\n',
        "policy.material.camera[0]: expected one of moved",
    ),
    "a kind that is none": (LEAST + "[material]\nfan = []\n", "policy.material: unknown field"),
    "too long": (LEAST + "#" * MAX_POLICY, "longer than"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_malformed_policy_is_one_line_that_names_the_place(name: str, file: Path) -> None:
    content, says = WRONG[name]
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as refused:
        read_policy(file)
    assert refused.value.message.startswith(f"{file}: {says}")
    assert "\n" not in refused.value.message
    assert "write-a-policy.md" in refused.value.advice


def test_a_private_key_in_a_policy_is_refused_by_its_place(file: Path) -> None:
    (file.parent / "factory.pem").write_text(
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"
    )
    assert "policy.keys[0].file: a private key" in _refusal(file, LEAST)


def test_a_policy_or_a_key_of_it_that_is_missing_cannot_be_read(file: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"policy\.toml"):
        read_policy(file)
    file.write_text(LEAST.replace("factory.pem", "other.pem"))
    with pytest.raises(InputUnreadable, match=r"other\.pem"):
        read_policy(file)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_at_all_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(PolicyError):
        parse_policy(data)


def test_deep_nesting_is_refused_and_never_crashes() -> None:
    with pytest.raises(PolicyError):
        parse_policy(b"keys = " + b"[" * 100_000)


def test_the_published_schema_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "gauger_agent.trust.schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed == text() == PUBLISHED.read_text(encoding="utf-8")


#: Faults that lie in a value's meaning, not in the shape that a schema describes.
MEANINGS = {
    "not TOML",
    "not UTF-8",
    "a key stated twice",
    "more signatures than keys",
    "a role that nobody holds",
    "a key that is none",
    "a label that acts on a terminal",
    "the same key twice",
    "two keys of one label",
    "an endless age",
    "an age that is no number",
    "too long",
}


@pytest.mark.parametrize("name", WRONG.keys() - MEANINGS)
def test_what_the_reader_refuses_for_its_shape_does_not_fit_the_schema(name: str) -> None:
    assert not Draft202012Validator(schema()).is_valid(tomllib.loads(WRONG[name][0]))


@pytest.mark.parametrize("content", [LEAST, FULL], ids=["least", "full"])
def test_the_schema_is_a_schema_and_a_policy_fits_it(content: str) -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(tomllib.loads(content))


def test_the_policy_of_the_guide_is_one(file: Path) -> None:
    blocks = GUIDE.read_text("utf-8").split("```toml\n")[1:]
    (file.parent / "keys").mkdir()
    for name, signer in (("factory", OPERATOR), ("depot", TOKEN), ("customs", STRANGER)):
        (file.parent / "keys" / f"{name}.pem").write_bytes(signer.public_pem())
    example: Any = blocks[0].partition("```")[0]
    file.write_text(example)
    policy = read_policy(file)
    assert {key.role for key in policy.keys} == {"factory", "warehouse", "inspector"}
    defaults = tomllib.loads(blocks[1].partition("```")[0])
    shape: Any = schema()
    fields = set(shape["$defs"]["PolicyDocument"]["properties"])
    assert set(defaults) == fields - {"schema", "keys", "maxAgeDays"}
    file.write_text(HEAD + blocks[1].partition("```")[0].partition("[material]")[0] + KEY)
    with_defaults = read_policy(file)
    file.write_text(LEAST)
    assert with_defaults == read_policy(file)
