"""``gauger packs``: which rules this machine judges by, in full, and whether a file is sound."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.packs.lint import problems
from gauger_thresholds.packs.load import MAX_PACK, PackError, built_in, read_pack
from gauger_thresholds.packs.model import LoadedPack, Pack, Status

if TYPE_CHECKING:
    from rich.console import RenderableType


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the packs and whether each holds on a date")
    listing.add_argument("--as-of", type=options.day, metavar="DATE")
    show = actions.add_parser("show", help="one pack: rules, numbers, citations")
    show.add_argument("id")
    check = actions.add_parser("check", help="check pack files (default: the built-in packs)")
    check.add_argument("file", nargs="*", type=Path)
    for action in (listing, show, check):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run one action.

    Raises:
        UsageError: an unknown pack, or files with problems.
        InputUnreadable: a file cannot be read.
    """
    if arguments.action == "list":
        return _list(arguments, output)
    if arguments.action == "show":
        return _show(arguments.id, output)
    return _check(arguments.file, output)


def _list(arguments: argparse.Namespace, output: Output) -> ExitCode:
    day = arguments.as_of or options.today()
    rows: list[JsonValue] = [
        {
            "id": item.pack.id,
            "version": item.pack.version,
            "list": item.pack.list,
            "jurisdiction": item.pack.jurisdiction,
            "title": item.pack.title,
            "status": item.pack.status.value,
            "effectiveFrom": item.pack.effective_from,
            "effectiveUntil": item.pack.effective_until,
            "inForce": item.pack.in_force(day),
            "enforced": item.pack.enforced_on(day),
            "reviewBy": item.pack.review_by,
            "sha256": item.sha256,
        }
        for item in built_in()
    ]
    output.json({"schema": "gauger.packs/1", "asOf": day.isoformat(), "packs": rows})
    if not output.as_json:
        output.show(_table(day))
    return ExitCode.DONE


def _table(day: date) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("pack", "status", "from", "until", f"on {day}", "review by", "title"):
        table.add_column(heading)
    for pack in (item.pack for item in built_in()):
        dates = (pack.effective_from, pack.effective_until or "")
        table.add_row(
            pack.id, pack.status.value, *dates, _holds(pack, day), pack.review_by, pack.title
        )
    return table


def _holds(pack: Pack, day: date) -> str:
    if pack.status in (Status.UNVERIFIED, Status.PROPOSED):
        return "never judged"
    if not pack.in_force(day):
        return "not in force"
    return "in force" if pack.enforced_on(day) else "not enforced"


def _show(name: str, output: Output) -> ExitCode:
    found = next((item for item in built_in() if item.pack.id == name), None)
    if found is None:
        raise UsageError(f"unknown pack {name!r}", "see: gauger packs list")
    output.json({"schema": "gauger.pack/1", "sha256": found.sha256, "pack": to_json(found.pack)})
    if not output.as_json:
        output.show(_details(found))
    return ExitCode.DONE


def _details(item: LoadedPack) -> RenderableType:
    from rich.text import Text

    pack = item.pack
    lines = [f"{pack.id} version {pack.version}: {pack.title}", f"sha256 {item.sha256}", ""]
    for rule in pack.rules:
        lines += [f"{rule.paragraph} ({rule.subject}, {rule.level}): {rule.title}"]
        lines += [f"  {control.reason}: {control.destinations}" for control in rule.controls]
        lines += [f"  source ({rule.evidence}): {pack.citations[rule.citation]}", ""]
    lines += [f"not covered: {text}" for text in pack.not_covered]
    return Text("\n".join(lines + ([pack.note] if pack.note else [])))


def _check(files: list[Path], output: Output) -> ExitCode:
    packs = [_read(path) for path in files]
    given = {item.pack.id for item in packs}
    others = [item for item in built_in() if item.pack.id not in given]
    found = problems([item.pack for item in (*packs, *others)])
    if found:
        raise UsageError("; ".join(found), "mend the pack and check again")
    checked = [item.pack.id for item in packs or others]
    output.json({"schema": "gauger.packs.check/1", "exitCode": 0, "packs": list(checked)})
    if not output.as_json:
        output.show(f"no problem in {', '.join(checked)}")
    return ExitCode.DONE


def _read(path: Path) -> LoadedPack:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_PACK + 1)
    except OSError as problem:
        raise InputUnreadable(f"cannot read {path}: {problem.strerror}") from problem
    try:
        return read_pack(path.name, raw)
    except PackError as problem:
        raise UsageError(str(problem), "see docs/guides/add-a-pack.md") from problem
