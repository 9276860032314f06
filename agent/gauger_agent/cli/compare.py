"""``gauger compare``: what changed between two manifests, and what that means."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gauger_agent.build_date import BUILT
from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.compare.alike import UnlikeError, alike
from gauger_agent.compare.changes import compare
from gauger_agent.compare.consequences import consequences
from gauger_agent.compare.drift import drifts
from gauger_agent.compare.view import Compared, comparison_json, lines, manifest_json
from gauger_agent.errors import Refused, UsageError
from gauger_agent.exit_codes import ExitCode, gravest
from gauger_agent.judging import Law
from gauger_agent.manifest.limits import MAX_FILE
from gauger_agent.manifest.times import format_utc
from gauger_agent.packs.store import packs
from gauger_agent.private import ShipmentKey
from gauger_agent.read import read_bounded
from gauger_agent.state import locate
from gauger_agent.trust.choose import Trust
from gauger_agent.verify.core import Verified, verify
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.text import clean

#: Characters of a line; names are text from hardware.
_LINE = 2000


@dataclass(frozen=True, slots=True)
class _Side:
    """One file: what it proves, or why it is refused."""

    file: str
    verified: Verified | None = None
    refused: Refused | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("before", type=Path, metavar="A", help="a manifest")
    parser.add_argument("after", type=Path, metavar="B", help="a later one")
    options.believing(parser)
    options.hiding(parser, "compare a private manifest with a plain one")
    parser.add_argument(
        "--as-of", type=options.day, metavar="DATE", help="judge by the law of this date"
    )
    parser.add_argument(
        "--packs", type=options.names, default=(), metavar="ID,…", help="pack ids or prefixes"
    )


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Compare two manifests; captured ones are compared too, and said to be such.

    Raises:
        GaugerError: a file or key cannot be read or used, or a pack name fits none.
    """
    state = locate(os.environ)
    trust = options.trust(arguments, state)
    law = Law(packs(state), arguments.as_of or options.today(), arguments.packs or trust.packs)
    now = datetime.now(UTC)
    sides = [_side(path, trust, now) for path in (arguments.before, arguments.after)]
    refused = [side.refused for side in sides if side.refused is not None]
    if refused:
        code = gravest([problem.exit_code for problem in refused])
        output.json(_refusal(sides, code))
        for side in sides:
            _say_refused(side, output)
        return code
    both = [side.verified for side in sides if side.verified]
    compared = _compared(both, trust, law, options.shipment_key(arguments))
    code = ExitCode.MISMATCH if compared.comparison.differs else ExitCode.DONE
    output.json(_json(sides, compared, code))
    if not (output.as_json or output.quiet):
        _show(sides, compared, output)
    return code


def _side(path: Path, trust: Trust, now: datetime) -> _Side:
    """Verify one side: authentic and believed, however old it is."""
    asked = replace(trust.options(accept_captured=True), build_date=BUILT, max_age=None)
    try:
        return _Side(str(path), verified=verify(read_bounded(path, MAX_FILE), asked, now))
    except Refused as problem:
        return _Side(str(path), refused=problem)


def _compared(both: list[Verified], trust: Trust, law: Law, key: ShipmentKey | None) -> Compared:
    first, second = ((item.evidence, item.predicate.privacy) for item in both)
    try:
        before, after = alike(first, second, key)
    except UnlikeError as problem:
        raise UsageError(f"these manifests cannot be compared: {problem}") from problem
    comparison = compare(before, after, trust.material)
    earlier, later = law.judge(before), law.judge(after)
    return Compared(
        comparison,
        consequences(comparison.parts, earlier, later),
        drifts(before, after, comparison.parts),
    )


def _json(sides: list[_Side], compared: Compared, code: ExitCode) -> dict[str, JsonValue]:
    manifests: list[JsonValue] = [
        manifest_json(side.file, side.verified) for side in sides if side.verified
    ]
    return {
        "schema": "gauger.compare/1",
        "exitCode": int(code),
        **comparison_json(compared),
        "manifests": manifests,
    }


def _refusal(sides: list[_Side], code: ExitCode) -> dict[str, JsonValue]:
    manifests: list[JsonValue] = [
        {"file": side.file, "checks": to_json(side.refused.checks)}
        if side.refused
        else {"file": side.file, "checks": to_json(side.verified.checks if side.verified else ())}
        for side in sides
    ]
    return {
        "schema": "gauger.compare/1",
        "exitCode": int(code),
        "machine": "unknown",
        "components": [],
        "consequences": [],
        "drift": [],
        "manifests": manifests,
    }


def _say_refused(side: _Side, output: Output) -> None:
    for check in side.refused.checks if side.refused else ():
        if check.failed:
            advice = f"; {check.advice}" if check.advice else ""
            output.line(f"{side.file}: {check.name}: {check.found}{advice}")


def _show(sides: list[_Side], compared: Compared, output: Output) -> None:
    said = [*lines(compared)]
    said += [_source(side.file, side.verified) for side in sides if side.verified is not None]
    for text in said:
        output.show(clean(text, _LINE) or "")


def _source(file: str, verified: Verified) -> str:
    names = ", ".join(signer.label for signer in verified.signers)
    return (
        f"{file}: {verified.predicate.mode.value}, collected {format_utc(verified.collected_at)},"
        f" signed by {names}, assurance {verified.assurance.value}"
    )
