"""``gauger verify``: is a manifest what it says, and what does it mean by our own packs?"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gauger_agent.build_date import BUILT
from gauger_agent.claims import compare_claims
from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.compare.expected import OPAQUE, Expected, Found, look_for, read_expected
from gauger_agent.compare.local import check_this_machine as local
from gauger_agent.compare.local import inventory
from gauger_agent.errors import InputUnreadable, OutputUnwritable, Refused, UsageError
from gauger_agent.exit_codes import ExitCode, gravest
from gauger_agent.judging import Law, exit_code
from gauger_agent.manifest.limits import MAX_FILE
from gauger_agent.manifest.statement import Predicate
from gauger_agent.manifest.times import format_utc
from gauger_agent.memory import Memory, recall, remember, remembered
from gauger_agent.packs.store import packs
from gauger_agent.private import ShipmentKey
from gauger_agent.read import read_bounded
from gauger_agent.state import StateFolder, locate
from gauger_agent.trust.choose import Trust
from gauger_agent.trust.material import Material
from gauger_agent.verify.check import Check, CheckStatus
from gauger_agent.verify.core import SignedBy, Verified, verify
from gauger_agent.verify.freshness import NOT_ASKED
from gauger_agent.verify.options import Options
from gauger_agent.view import judgement_json
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.evaluate.judge import Judgement
from gauger_thresholds.packs.model import LoadedPack

#: From so many files on, all CPUs verify, so many files at a time each.
_MANY, _CHUNK = 32, 8
#: Chunks in work or done for each CPU, before their answers are written.
_AHEAD = 4
#: Rules that say what they notice even where freshness was not asked for.
_NOTICED = frozenset({"clock", "ahead", "lastSeen"})
#: Rules that say what they found however it was.
_TOLD = frozenset({"thisMachine", "expectedSerials"})


@dataclass(frozen=True, slots=True)
class _Held:
    """What an authentic manifest is held against: this machine, a list of serial numbers.

    ``key`` reads numbers that are keyed digests.
    """

    here: Evidence | None
    material: Material
    expected: tuple[Expected, ...] | None
    key: ShipmentKey | None

    def serials(self, predicate: Predicate) -> Found | None:
        """Return which of the list are in the manifest, where there is a list that can be read."""
        if self.expected is None or self._is_opaque(predicate):
            return None
        key = None if predicate.privacy is None else self.key
        return look_for(self.expected, predicate.evidence, key)

    def checks(self, predicate: Predicate, serials: Found | None) -> Iterator[Check]:
        """Yield how the manifest compares."""
        if self.here is not None:
            yield local(predicate, self.here, self.material, self.key)
        if serials is not None:
            yield serials.check()
        elif self.expected is not None:
            yield OPAQUE

    def _is_opaque(self, predicate: Predicate) -> bool:
        known = None if self.key is None else self.key.privacy
        return predicate.privacy not in (None, known)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What verifying one file yielded; ``verified`` is ``None`` where it was refused."""

    file: str
    code: ExitCode
    checks: tuple[Check, ...]
    verified: Verified | None = None
    judgement: Judgement | None = None
    serials: Found | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", nargs="+", type=Path, metavar="FILE", help="a manifest")
    options.believing(parser)
    parser.add_argument(
        "--nonce", type=options.nonce, help="the nonce that the machine had to bind"
    )
    parser.add_argument(
        "--max-age", type=options.days, metavar="D", help="oldest accepted, in days"
    )
    parser.add_argument(
        "--accept-captured", action="store_true", help="accept a manifest made from a captured tree"
    )
    parser.add_argument(
        "--this-machine", action="store_true", help="the manifest must describe this machine"
    )
    parser.add_argument(
        "--expect", type=Path, metavar="FILE.csv", help="serial numbers that must be in it"
    )
    options.hiding(parser, "read the numbers of a private manifest (--this-machine, --expect)")
    options.judging(parser)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Verify each file; the gravest exit code counts.

    Raises:
        GaugerError: a key cannot be used, or a pack name fits none.
    """
    state = locate(os.environ)
    trust = options.trust(arguments, state)
    law = _law(arguments, trust, packs(state))
    chosen = _options(arguments, trust)
    held = _held_against(arguments, trust, output)
    now = datetime.now(UTC)
    memory = recall(state)
    asked = replace(chosen, seen=memory.manifests, last_used=memory.last_used)
    work = _Work(asked, now, arguments, held, law)
    told = _at_once(work, output) if _is_many(arguments, output) else _in_turn(work, output)
    learnt: list[Memory] = []
    codes: set[ExitCode] = set()
    for code, news in told:
        codes.add(code)
        learnt += [news] if news.manifests else []
    if learnt:
        _keep(state, remembered(learnt), output)
    return gravest(codes)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every file is verified with: the same for all, so that their order decides nothing."""

    asked: Options
    now: datetime
    arguments: argparse.Namespace
    held: _Held
    law: Law

    def answer(self, path: Path) -> tuple[_Answer, Memory]:
        """Return what verifying one file yielded, and what is learnt from it."""
        answer = self._verified(path)
        return answer, Memory().after(answer.verified, self.now)

    def _verified(self, path: Path) -> _Answer:
        try:
            verified = verify(read_bounded(path, MAX_FILE), self.asked, self.now)
        except InputUnreadable as problem:
            failed = Check(
                "file", CheckStatus.FAILED, "a readable file", problem.message, problem.advice
            )
            return _Answer(str(path), problem.exit_code, (failed,))
        except Refused as problem:
            return _Answer(str(path), problem.exit_code, problem.checks)
        return self._judged(path, verified)

    def _judged(self, path: Path, verified: Verified) -> _Answer:
        judgement = self.law.judge(verified.evidence)
        serials = self.held.serials(verified.predicate)
        compared = tuple(self.held.checks(verified.predicate, serials))
        claims = compare_claims(verified.predicate, self.law.packs, judgement)
        codes = [exit_code(judgement, self.arguments.fail_on, self.arguments.max_pack_age)]
        codes += [ExitCode.MISMATCH for check in compared if check.failed]
        checks = (*verified.checks, claims, *compared)
        return _Answer(str(path), gravest(codes), checks, verified, judgement, serials)


def _in_turn(work: _Work, output: Output) -> Iterator[tuple[ExitCode, Memory]]:
    for path in work.arguments.file:
        answer, news = work.answer(path)
        output.json(_json(answer))
        if not (output.as_json or output.quiet):
            _show(output, answer)
        yield answer.code, news


def _is_many(arguments: argparse.Namespace, output: Output) -> bool:
    return len(arguments.file) >= _MANY and (output.as_json or output.quiet)


def _at_once(work: _Work, output: Output) -> Iterator[tuple[ExitCode, Memory]]:
    """Verify on all CPUs; answers come in the order of the files all the same."""
    context = multiprocessing.get_context("fork")
    cpus = len(os.sched_getaffinity(0))
    pool = ProcessPoolExecutor(cpus, context, initializer=_begin, initargs=(work, output.as_json))
    try:
        for line, code, news in _ahead(pool, work.arguments.file, cpus * _AHEAD):
            if output.as_json:
                output.raw(line)
            yield code, news
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ahead(
    pool: ProcessPoolExecutor, files: Sequence[Path], most: int
) -> Iterator[tuple[bytes, ExitCode, Memory]]:
    """Keep ``most`` chunks in work or done: a slow reader of the answers costs no memory."""
    pending: deque[Future[list[tuple[bytes, ExitCode, Memory]]]] = deque()
    for at in range(0, len(files), _CHUNK):
        pending.append(pool.submit(_some, files[at : at + _CHUNK]))
        if len(pending) >= most:
            yield from pending.popleft().result()
    while pending:
        yield from pending.popleft().result()


#: What a process of the pool works with, set when it begins.
_begun: list[tuple[_Work, bool]] = []


def _begin(work: _Work, as_json: bool) -> None:
    # An interrupt is the first process's to tell of.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _begun.append((work, as_json))


def _some(paths: Sequence[Path]) -> list[tuple[bytes, ExitCode, Memory]]:
    return [_one(path) for path in paths]


def _one(path: Path) -> tuple[bytes, ExitCode, Memory]:
    work, as_json = _begun[-1]
    answer, news = work.answer(path)
    line = json.dumps(to_json(_json(answer)), allow_nan=False) + "\n" if as_json else ""
    return line.encode(), answer.code, news


def _keep(state: StateFolder, memory: Memory, output: Output) -> None:
    """A verifier that may not write here verifies all the same, and says what it will not know."""
    try:
        remember(state, memory)
    except OutputUnwritable as problem:
        output.line(f"this manifest will not be remembered: {problem.message}")


def _law(arguments: argparse.Namespace, trust: Trust, at_hand: Sequence[LoadedPack]) -> Law:
    """Judge by the packs of the command line, else by the policy's."""
    day = arguments.as_of or options.today()
    if arguments.packs or not trust.packs:
        return Law(at_hand, day, arguments.packs)
    try:
        return Law(at_hand, day, trust.packs)
    except UsageError as problem:
        message = f"{arguments.policy}: policy.packs: {problem.message}"
        raise UsageError(message, problem.advice) from problem


def _options(arguments: argparse.Namespace, trust: Trust) -> Options:
    age = None if arguments.max_age is None else timedelta(days=arguments.max_age)
    asked = trust.options(
        nonce=arguments.nonce, max_age=age, accept_captured=arguments.accept_captured
    )
    return replace(asked, build_date=BUILT)


def _held_against(arguments: argparse.Namespace, trust: Trust, output: Output) -> _Held:
    expected = None if arguments.expect is None else read_expected(arguments.expect)
    here = None
    if arguments.this_machine:
        with output.progress() as report:
            here = inventory(report)
    return _Held(here, trust.material, expected, options.shipment_key(arguments))


def _json(answer: _Answer) -> dict[str, JsonValue]:
    verified = answer.verified
    return {
        "schema": "gauger.verify/1",
        "file": answer.file,
        "exitCode": int(answer.code),
        "checks": to_json(answer.checks),
        "signers": to_json(verified.signers) if verified else [],
        "assurance": verified.assurance.value if verified else None,
        "payloadSha256": verified.payload_sha256 if verified else None,
        "collectedAt": format_utc(verified.collected_at) if verified else None,
        **judgement_json(answer.judgement),
        **({"expectedSerials": to_json(answer.serials)} if answer.serials else {}),
    }


def _show(output: Output, answer: _Answer) -> None:
    if answer.verified is None or answer.judgement is None:
        for check in answer.checks:
            if _is_said(check):
                advice = f"; {check.advice}" if check.advice else ""
                output.line(f"{answer.file}: {check.name}: {check.found}{advice}")
        return
    from gauger_agent.report.terminal import report

    verified = answer.verified
    names = ", ".join(_named(signer) for signer in verified.signers)
    title = f"{answer.file} · authentic · collected {format_utc(verified.collected_at)}"
    note = verified.predicate.context.key_note
    footer = [
        f"signed by {names} · assurance {verified.assurance.value}",
        *([note] if note else []),
    ]
    footer += [f"{check.name}: {check.found}" for check in answer.checks if _is_said(check)]
    output.show(report(verified.evidence, answer.judgement, title, footer, output.width))


def _named(signer: SignedBy) -> str:
    """Give the verifier's own name, and the role where it says more than the name."""
    said = signer.role is None or signer.role in signer.label
    return signer.label if said else f"{signer.label} ({signer.role})"


def _is_said(check: Check) -> bool:
    """Whether people are told: what failed, what was noticed unasked, whose signature is void."""
    noticed = check.name in _NOTICED and check.advice is not None and check.found != NOT_ASKED
    void = check.name == "revocation" and check.status is CheckStatus.PASSED
    told = check.name in _TOLD
    return bool(check.found) and (check.failed or noticed or void or told)
