"""What is attacked, and what may come of it: a refusal by name, or an answer that holds.

A target makes one hostile input and feeds it to the code under test. It returns whether the input
was accepted, and raises :class:`FalseAcceptError` if that was wrong. Whatever else is raised is a
crash.
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import rfc8785

from fuzzing import mutate, trees
from gauger_agent.errors import Refused, UsageError
from gauger_agent.fingerprint import fingerprint
from gauger_agent.judging import Law
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.bundle_writing import wrap
from gauger_agent.manifest.envelope import read
from gauger_agent.packs.signed import proven_pack, seal_pack
from gauger_agent.sign.seal import seal
from gauger_agent.trust.policy import PolicyError, parse_policy
from gauger_agent.verify.core import Verified, verify
from gauger_agent.view import judgement_json
from gauger_probes.accelerators import nvml_recording
from gauger_probes.accelerators.nvml_call import RecordingError
from gauger_probes.accelerators.nvml_survey import Origin, survey
from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import PROBES
from gauger_probes.result import Context
from gauger_probes.roots import Roots
from gauger_thresholds.packs.load import PackError, built_in, read_pack
from support.manifests import (
    NOW,
    OPERATOR,
    STRANGER,
    options,
    sample_manifest,
    sample_predicate,
    trust,
)

_ROOT = Path(__file__).parents[2]
_PACKS = _ROOT / "thresholds" / "gauger_thresholds" / "packs"
_MACHINES = _ROOT / "tests" / "fixtures" / "machines"
_TODAY = date(2026, 11, 24)
_POLICY = """\
schema = "gauger.policy/1"
threshold = 1
roles = ["factory"]
maxAgeDays = 30
packs = ["us-2026-01"]

[[keys]]
label = "factory"
role = "factory"
file = "factory.pem"

[material]
accelerator = ["added", "removed"]
"""


class FalseAcceptError(Exception):
    """Something was accepted that nobody signed, or that contradicts itself."""


@cache
def _payload() -> bytes:
    return payload(sample_predicate())


@cache
def _manifest() -> bytes:
    return sample_manifest(OPERATOR, STRANGER)


@cache
def _bundle() -> bytes:
    return wrap(read(sample_manifest()), bytes.fromhex(trust(OPERATOR)[0].spki_sha256))


@cache
def _statement() -> Any:
    return json.loads(_payload())


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _changed(data: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return mutate.text(data, random)
    return _dumped(mutate.value(json.loads(data), random))


def _repacked(data: bytes, random: Random) -> bytes:
    """Put other words of the maker's, well formed, under the old signatures."""
    told = copy.deepcopy(_statement())
    told["predicate"]["context"] = mutate.value(told["predicate"]["context"], random)
    outer = json.loads(data)
    inner = outer.get("dsseEnvelope", outer)
    inner["payload"] = base64.b64encode(_dumped(told)).decode()
    return _dumped(outer)


def _verified(data: bytes) -> Verified | None:
    try:
        return verify(data, options(), NOW)
    except Refused:
        return None


def _unsigned(data: bytes, random: Random) -> bool:
    """Whatever is done to the wrapping, what is accepted is what was signed."""
    found = _verified(_repacked(data, random) if random.random() < 0.3 else _changed(data, random))
    if found is not None and found.payload != _payload():
        raise FalseAcceptError("a payload that the key never signed")
    return found is not None


def envelope(random: Random) -> bool:
    """A changed envelope under the old signatures."""
    return _unsigned(_manifest(), random)


def bundle(random: Random) -> bool:
    """A changed Sigstore bundle under the old signature."""
    return _unsigned(_bundle(), random)


def statement(random: Random) -> bool:
    """A changed payload, signed by the trusted key: it must still agree with itself."""
    body = _changed(_payload(), random)
    found = _verified(seal(body, (OPERATOR,)))
    if found is not None:
        _agrees_with_itself(found)
    return found is not None


def evidence(random: Random) -> bool:
    """Hostile evidence by a signer who computes every digest: judged, and never a crash."""
    changed = mutate.value(_statement()["predicate"]["evidence"], random)
    try:
        typed = from_json(Evidence, changed, "evidence")
        made = fingerprint(typed)
        body = payload(dataclasses.replace(sample_predicate(), evidence=typed, fingerprint=made))
    except (DecodeError, ValueError):
        return False  # no such evidence can be written
    found = _verified(seal(body, (OPERATOR,)))
    if found is not None:
        _agrees_with_itself(found)
        judgement = Law(built_in(), _TODAY).judge(found.evidence)
        json.dumps(to_json(judgement_json(judgement)), allow_nan=False)
    return found is not None


def _agrees_with_itself(found: Verified) -> None:
    """By other software than ours: one meaning, and the two digests that it states."""
    told = json.loads(found.payload, object_pairs_hook=_once, parse_int=_number)
    parts = (told["predicate"]["fingerprint"]["components"], told["predicate"]["evidence"])
    for subject, part in zip(told["subject"], parts, strict=True):
        if subject["digest"]["sha256"] != _sha256(rfc8785.dumps(part)):
            raise FalseAcceptError(f"{subject['name']}: another digest")


def _number(literal: str) -> int | float:
    """Read as readers with doubles do; the other software refuses integers beyond 2^53."""
    return int(literal) if abs(int(literal)) < 2**53 else float(literal)


def _sha256(data: bytes) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256, Hash

    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize().hex()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise FalseAcceptError("a key stated twice")
    return dict(pairs)


def pack(random: Random) -> bool:
    """A changed pack: used whole, or refused with a reason."""
    path = random.choice(_packs())
    try:
        read_pack(path.stem, mutate.text(path.read_bytes(), random))
    except PackError:
        return False
    return True


@cache
def _packs() -> tuple[Path, ...]:
    found = sorted(_PACKS.glob("*/*.toml"))
    return tuple(path for path in found if not path.name.endswith(".cases.toml"))


def signed_pack(random: Random) -> bool:
    """A changed signed pack under the old signature: the law that was signed, or none."""
    loaded = random.choice(built_in())
    data = _changed(seal_pack(loaded, OPERATOR), random)
    try:
        found = proven_pack("fuzz", data, trust(OPERATOR), ())
    except (Refused, UsageError):
        return False
    if found.loaded.raw != loaded.raw:
        raise FalseAcceptError("a pack that the key never signed")
    return True


def policy(random: Random) -> bool:
    """A changed policy: believed whole, or refused with a reason."""
    try:
        parse_policy(mutate.text(_POLICY.encode(), random))
    except PolicyError:
        return False
    return True


def capture(random: Random) -> bool:
    """A changed recording of a management library, surveyed as the live one would be."""
    try:
        recording = nvml_recording.read(_changed(random.choice(_recordings()), random))
    except RecordingError:
        return False
    survey(recording, Origin(recording.library, recording.kernel_module))
    return True


@cache
def _recordings() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(_MACHINES.glob("*/tree/nvml.json")))


def tree(random: Random) -> bool:
    """A captured tree with hostile files, read by every probe that reads one."""
    whole = True
    with trees.hostile(random) as root:
        for target in _readers():
            try:
                to_json(target(Context(Roots(root, captured=True))))
            except (OSError, ValueError):
                whole = False  # what a probe may say; the runner makes a line of coverage of it
    return whole


@cache
def _readers() -> tuple[Callable[[Context], object], ...]:
    named = [spec.replay or spec.target for spec in PROBES if spec.shared or spec.replay]
    parts = [name.partition(":") for name in named]
    return tuple(getattr(import_module(module), function) for module, _, function in parts)


#: By name, with how many of a hundred inputs go there.
TARGETS: dict[str, tuple[Callable[[Random], bool], int]] = {
    "envelope": (envelope, 25),
    "bundle": (bundle, 15),
    "statement": (statement, 25),
    "evidence": (evidence, 13),
    "pack": (pack, 6),
    "signedPack": (signed_pack, 4),
    "policy": (policy, 5),
    "capture": (capture, 5),
    "tree": (tree, 2),
}
