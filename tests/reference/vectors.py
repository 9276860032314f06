"""Good and bad manifests for whoever writes a verifier, each with what is asked and the answer.

    python -m reference.vectors      writes tests/vectors anew (with tests/ on the path)

The bad ones are the attacks of :mod:`support.attacks`. Keys come from constants and signatures are
deterministic (RFC 8032, RFC 6979), so that the same code writes the same bytes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from gauger_agent.errors import Refused
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.bundle_writing import wrap
from gauger_agent.manifest.envelope import read
from gauger_agent.manifest.statement import Mode
from gauger_agent.manifest.times import format_utc
from gauger_agent.sign.signer import Signer
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.check import Check
from gauger_agent.verify.core import verify
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.options import Options
from support.attacks import ATTACKS
from support.manifests import (
    COLLECTED,
    NONCE,
    NOW,
    OPERATOR,
    STRANGER,
    TOKEN,
    P256Signer,
    options,
    sample_manifest,
    sample_predicate,
    seen,
    trust,
)

#: RFC 6979: the same bytes each time.
STEADY = P256Signer(TOKEN.private, deterministic=True)
FOLDER = Path(__file__).parents[1] / "vectors"
KEYS: Mapping[str, Signer] = {"operator": OPERATOR, "stranger": STRANGER, "token": STEADY}
_NAMES = {trust(signer)[0].spki_sha256: name for name, signer in KEYS.items()}

Json = dict[str, Any]


@dataclass(frozen=True)
class Vector:
    """A file, what a verifier is asked of it at ``NOW``, and whether it is accepted."""

    name: str
    manifest: Callable[[], bytes]
    options: Options

    def path(self, kind: str) -> str:
        """Return where it lies below the folder of vectors."""
        return f"{kind}/{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}.json"


def _rewritten(change: Callable[[Json], Any]) -> Callable[[], bytes]:
    def made() -> bytes:
        envelope: Json = json.loads(sample_manifest())
        change(envelope)
        return json.dumps(envelope, indent=2).encode()

    return made


def _url_safe(envelope: Json) -> None:
    raw = base64.b64decode(envelope["signatures"][0]["sig"])
    envelope["signatures"][0]["sig"] = base64.urlsafe_b64encode(raw).decode()


def _foreign_first(envelope: Json) -> None:
    envelope["signatures"].insert(0, {"keyid": OPERATOR.keyid, "sig": "AAAA"})


def _bundle() -> bytes:
    digest = trust(OPERATOR)[0].spki_sha256
    return wrap(read(sample_manifest()), bytes.fromhex(digest))


def _of_now(**asked: Any) -> Options:
    return options(max_age=timedelta(hours=1), nonce=NONCE, **asked)


GOOD = (
    Vector("one signature", sample_manifest, options()),
    Vector("a signature on P-256", lambda: sample_manifest(STEADY), options(STEADY)),
    Vector(
        "two parties sign the same bytes",
        lambda: sample_manifest(OPERATOR, STEADY),
        options(OPERATOR, STEADY, threshold=2),
    ),
    Vector(
        "a stranger's signature beside a trusted one",
        lambda: sample_manifest(STRANGER, OPERATOR),
        options(),
    ),
    Vector("in a Sigstore bundle", _bundle, options()),
    Vector("the other alphabet of base64", _rewritten(_url_safe), options()),
    Vector(
        "no key id at all", _rewritten(lambda e: e["signatures"][0].update(keyid="")), options()
    ),
    Vector(
        "the key id of another key",
        _rewritten(lambda e: e["signatures"][0].update(keyid=STRANGER.keyid)),
        options(),
    ),
    Vector("a broken signature before the good one", _rewritten(_foreign_first), options()),
    Vector("the nonce and the age that were asked for", sample_manifest, _of_now()),
    Vector(
        "the same manifest again is no replay",
        sample_manifest,
        _of_now(seen=seen(COLLECTED, payload(sample_predicate()))),
    ),
    Vector(
        "older than the last one, where freshness was not asked for",
        sample_manifest,
        options(seen=seen("2026-11-24T12:00:01Z")),
    ),
    Vector(
        "a captured tree, where those are accepted",
        lambda: sample_manifest(mode=Mode.CAPTURED),
        options(accept_captured=True),
    ),
)
BAD = tuple(Vector(attack.name, attack.manifest, attack.options) for attack in ATTACKS)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield every generated file below ``FOLDER``: keys, manifests, and the index of cases."""
    for name, signer in KEYS.items():
        yield f"keys/{name}.pem", signer.public_pem()
    cases = []
    for kind, vectors in (("good", GOOD), ("bad", BAD)):
        for vector in vectors:
            data = vector.manifest()
            yield vector.path(kind), data
            cases.append(_case(vector, vector.path(kind), data))
    index = {"schema": "gauger.vectors/1", "now": format_utc(NOW), "cases": cases}
    yield "cases.json", json.dumps(index, indent=1, ensure_ascii=False).encode() + b"\n"


def _case(vector: Vector, path: str, data: bytes) -> Json:
    about = {"file": path, "about": vector.name, "asked": asked(vector.options)}
    return about | {"expected": answer(data, vector.options)}


def answer(data: bytes, chosen: Options) -> Json:
    """Return what verification yields: each check's end, and what is proven."""
    try:
        verified = verify(data, chosen, NOW)
    except Refused as refused:
        return {
            "accepted": False,
            "exitCode": int(refused.exit_code),
            "checks": _ends(refused.checks),
        }
    return {
        "accepted": True,
        "payloadSha256": verified.payload_sha256,
        "collectedAt": format_utc(verified.collected_at),
        "assurance": verified.assurance.value,
        "signers": [_NAMES[signer.key_sha256] for signer in verified.signers],
        "checks": _ends(verified.checks),
    }


def _ends(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.status.value for check in checks}


def asked(chosen: Options) -> Json:
    """Return ``chosen`` as JSON; what has its default is left out."""
    told: Json = {
        "revoked": _names(chosen.revoked),
        "nonce": chosen.nonce,
        "maxAgeSeconds": chosen.max_age and int(chosen.max_age.total_seconds()),
        "acceptCaptured": chosen.accept_captured,
        "buildDate": chosen.build_date and format_utc(chosen.build_date),
        "lastUsed": chosen.last_used and format_utc(chosen.last_used),
        "seen": {
            rollup: {
                "collectedAt": format_utc(last.collected_at),
                "payloadSha256": last.payload_sha256,
            }
            for rollup, last in chosen.seen.items()
        },
        "threshold": None if chosen.threshold == 1 else chosen.threshold,
        "roles": list(chosen.roles),
        "assurance": None if chosen.assurance is Assurance.FILE_KEY else chosen.assurance.value,
        "agents": list(chosen.agents),
    }
    return {"trusted": _names(chosen.trusted)} | {k: v for k, v in told.items() if v}


def _names(keys: tuple[TrustedKey, ...]) -> list[str]:
    return [_NAMES[key.spki_sha256] for key in keys]


def main() -> None:
    """Write the folder anew; files that are no longer made are removed."""
    made = dict(files())
    for path in FOLDER.glob("*/*"):
        if str(path.relative_to(FOLDER)) not in made:
            path.unlink()
    for name, data in made.items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
