"""Prints what verifying one manifest costs beside the bare cost of what it cannot do without.

    python -m benchmarks.verify.compare [--machine h100-firecracker] [--rounds 40]

Bare: the JSON of envelope and payload by :mod:`json`, the two digests over canonical JSON by the
``rfc8785`` package, the signature by ``cryptography``, and our own evaluation of evidence that is
typed already; nothing is checked. Ours: ``verify`` and judging, as ``gauger verify`` does both for
each file. One process; ours and the bare parts take turns. Goal: at most twice the bare cost.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Callable
from datetime import timedelta

import rfc8785
from benchmarks.peer import race, report
from benchmarks.verify.sample import KEY, LAW, MADE, manifest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gauger_agent.claims import compare_claims
from gauger_agent.manifest.pae import pae
from gauger_agent.verify.core import verify
from gauger_agent.verify.keys import trusted_key
from gauger_agent.verify.options import Options
from gauger_probes.evidence.document import Evidence

_OPTIONS = Options((trusted_key(KEY.public_pem(), "bench"),), accept_captured=True)
_NOW = MADE + timedelta(minutes=1)
#: Verifications in one turn: a turn has to be longer than a timer's tick.
_TIMES = 10


def ours(data: bytes) -> None:
    """Verify and judge one manifest, and hold its maker's claims against the judgement."""
    verified = verify(data, _OPTIONS, _NOW)
    judgement = LAW.judge(verified.evidence)
    compare_claims(verified.predicate, LAW.packs, judgement)


def bare(data: bytes, evidence: Evidence) -> None:
    """Do the parts and check nothing but the signature."""
    envelope = json.loads(data)
    body = base64.b64decode(envelope["payload"])
    told = json.loads(body)
    for part in (told["predicate"]["fingerprint"]["components"], told["predicate"]["evidence"]):
        hashlib.sha256(rfc8785.dumps(part)).hexdigest()
    public = load_pem_public_key(KEY.public_pem())
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    public.verify(signature, pae(envelope["payloadType"], body))  # type: ignore[union-attr, call-arg]
    LAW.judge(evidence)


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return 1 if it costs more than twice the bare parts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify.compare")
    parser.add_argument("--machine", default="h100-firecracker")
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args(arguments)
    data = manifest(asked.machine)
    evidence = verify(data, _OPTIONS, _NOW).evidence
    found = race(_often(lambda: ours(data)), _often(lambda: bare(data, evidence)), asked.rounds)
    name = f"verify {asked.machine}, {len(data)} bytes, {_TIMES} times / the bare parts"
    sys.stdout.write(report(name, found) + "\n")
    return int(found.paired().low > 2)


def _often(work: Callable[[], None]) -> Callable[[], None]:
    def turn() -> None:
        for _ in range(_TIMES):
            work()

    return turn


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
