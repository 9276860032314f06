"""What this verifier remembers (``seen.json``): the last manifest of each machine, and its clock.

Read whole and written whole, under a lock, so that verifiers side by side forget nothing. A file
that cannot be understood is an error: a verifier that starts anew unasked would take any replay.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gauger_agent.build_date import BUILT
from gauger_agent.errors import InputUnreadable, OutputUnwritable
from gauger_agent.manifest.statement import Mode
from gauger_agent.manifest.strict_json import StrictJsonError, parse
from gauger_agent.manifest.times import exact_utc, parse_utc
from gauger_agent.read import read_bounded
from gauger_agent.state import StateFolder
from gauger_agent.verify.core import Verified
from gauger_agent.verify.freshness import CLOCK_TOLERANCE
from gauger_agent.verify.options import Seen
from gauger_agent.write import write_atomic
from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.common import JsonValue

#: Most machines remembered; beyond, those collected longest ago are forgotten first.
MAX_MACHINES = 20_000
#: Bytes of the file: 250 a machine at most.
MAX_FILE = 8 * 1024 * 1024
_SCHEMA = "gauger.seen/1"


@dataclass(frozen=True, slots=True)
class _Entry:
    collected_at: str
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class _File:
    """The shape of seen.json; ``packs`` is the highest version seen of each."""

    schema: str
    last_used: str | None = None
    manifests: Mapping[str, JsonValue] = field(default_factory=dict)
    packs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """``manifests`` by the fingerprint's roll-up; ``last_used`` by this computer's clock.

    ``packs`` has the highest version that was ever installed, by the pack's id.
    """

    last_used: datetime | None = None
    manifests: Mapping[str, Seen] = field(default_factory=dict)
    packs: Mapping[str, int] = field(default_factory=dict)

    def with_manifest(self, rollup: str, seen: Seen) -> Memory:
        """Return the memory after ``seen``; an older one than the last changes nothing."""
        last = self.manifests.get(rollup)
        if last is not None and last.collected_at >= seen.collected_at:
            return self
        return replace(self, manifests={**self.manifests, rollup: seen})

    def after(self, verified: Verified | None, now: datetime) -> Memory:
        """Return the memory after a manifest that was believed, probed live and not in the future.

        Nothing is learnt where a clock is in doubt: one wrong date would make all others old.
        """
        if verified is None or verified.predicate.mode is Mode.CAPTURED:
            return self
        if verified.collected_at > now + CLOCK_TOLERANCE or now < BUILT:
            return self
        seen = Seen(verified.collected_at, verified.payload_sha256)
        learnt = self.with_manifest(verified.predicate.fingerprint.rollup, seen)
        return replace(learnt, last_used=max(self.last_used or now, now))

    def merged(self, other: Memory) -> Memory:
        """Return what both remember, of each machine the newer manifest."""
        return remembered([self, other])


def remembered(memories: Iterable[Memory]) -> Memory:
    """Return what all of ``memories`` remember together: the newest of each."""
    manifests: dict[str, Seen] = {}
    packs: dict[str, int] = {}
    moments: list[datetime] = []
    for memory in memories:
        packs |= {name: max(at, packs.get(name, at)) for name, at in memory.packs.items()}
        moments += [] if memory.last_used is None else [memory.last_used]
        for rollup, seen in memory.manifests.items():
            last = manifests.get(rollup)
            if last is None or last.collected_at < seen.collected_at:
                manifests[rollup] = seen
    return Memory(max(moments, default=None), manifests, packs)


def recall(state: StateFolder) -> Memory:
    """Return what is remembered; nothing where there is no file.

    Raises:
        InputUnreadable: there is one, and it cannot be read or understood.
    """
    try:
        data = read_bounded(state.seen, MAX_FILE)
    except InputUnreadable as problem:
        if isinstance(problem.__cause__, FileNotFoundError):
            return Memory()
        raise
    try:
        if len(data) > MAX_FILE:
            raise ValueError(f"more than {MAX_FILE} bytes")
        return _memory(from_json(_File, parse(data), "seen"))
    except (StrictJsonError, DecodeError, ValueError) as problem:
        message = f"cannot read {state.seen}: {problem}"
        advice = "Restore it; or remove it, and older manifests are taken for new ones."
        raise InputUnreadable(message, advice) from problem


def remember(state: StateFolder, learnt: Memory) -> None:
    """Add ``learnt`` to what is remembered.

    Raises:
        InputUnreadable: what is there cannot be understood.
        OutputUnwritable: it cannot be written.
    """
    try:
        state.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(state.root / "seen.lock"):
            write_atomic(state.seen, _text(recall(state).merged(learnt)), 0o600)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise OutputUnwritable(f"cannot write {state.seen}: {reason}") from problem


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _memory(content: _File) -> Memory:
    if content.schema != _SCHEMA:
        raise ValueError(f"schema {content.schema[:40]!r}, not {_SCHEMA}")
    used = None if content.last_used is None else parse_utc(content.last_used)
    manifests = {
        rollup: _seen(from_json(_Entry, entry, f"manifests.{rollup[:12]}"))
        for rollup, entry in content.manifests.items()
    }
    return Memory(used, manifests, content.packs)


def _seen(entry: _Entry) -> Seen:
    return Seen(parse_utc(entry.collected_at), entry.payload_sha256)


def _text(memory: Memory) -> bytes:
    newest = sorted(memory.manifests.items(), key=lambda item: item[1].collected_at, reverse=True)
    manifests = {
        rollup: to_json(_Entry(exact_utc(seen.collected_at), seen.payload_sha256))
        for rollup, seen in newest[:MAX_MACHINES]
    }
    used = None if memory.last_used is None else exact_utc(memory.last_used)
    return json.dumps(to_json(_File(_SCHEMA, used, manifests, memory.packs))).encode() + b"\n"
