"""``gauger packs``: which rules this machine judges by, and how newer ones come to it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gauger_agent.cli import options, packs_exchange
from gauger_agent.cli.output import Output
from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_agent.packs.file import read_file, refuse_unsound
from gauger_agent.packs.store import AtHand, at_hand, packs
from gauger_agent.state import locate
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.text import clean
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
    check = actions.add_parser("check", help="check pack files (default: the packs at hand)")
    check.add_argument("file", nargs="*", type=Path)
    install = actions.add_parser("install", help="judge by a signed pack from now on")
    export = actions.add_parser("export", help="sign a pack for other machines")
    packs_exchange.configure(install, export)
    for action in (listing, show, check, install, export):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run one action.

    Raises:
        GaugerError: an unknown pack, files with problems, or a pack that is not believed.
    """
    return _ACTIONS[arguments.action](arguments, output)


def _list(arguments: argparse.Namespace, output: Output) -> ExitCode:
    day = arguments.as_of or options.today()
    held = at_hand(locate(os.environ))
    rows: list[JsonValue] = [_row(item, day) for item in held]
    output.json({"schema": "gauger.packs/1", "asOf": day.isoformat(), "packs": rows})
    if not output.as_json:
        output.show(_table(held, day))
    return ExitCode.DONE


def _row(item: AtHand, day: date) -> JsonValue:
    pack = item.loaded.pack
    return {
        "id": pack.id,
        "version": pack.version,
        "list": pack.list,
        "jurisdiction": pack.jurisdiction,
        "title": pack.title,
        "status": pack.status.value,
        "effectiveFrom": pack.effective_from,
        "effectiveUntil": pack.effective_until,
        "inForce": pack.in_force(day),
        "enforced": pack.enforced_on(day),
        "reviewBy": pack.review_by,
        "overdueDays": pack.days_overdue(day),
        "sha256": item.loaded.sha256,
        "installed": item.signed is not None,
        "signedBy": None if item.signed is None else item.signed.key.keyid,
    }


def _table(held: Sequence[AtHand], day: date) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("pack", "status", "from", "until", f"on {day}", "review by", "title"):
        table.add_column(heading)
    for item in held:
        table.add_row(*_cells(item, day))
    return table


def _cells(item: AtHand, day: date) -> list[str]:
    pack = item.loaded.pack
    name = pack.id if item.signed is None else f"{pack.id} {pack.version} (installed)"
    review = f"{pack.review_by}{', overdue' if pack.days_overdue(day) else ''}"
    until = pack.effective_until or ""
    dates = (pack.effective_from, until, _holds(pack, day), review)
    cells = (name, pack.status.value, *dates, pack.title)
    return [clean(cell) or "" for cell in cells]


def _holds(pack: Pack, day: date) -> str:
    if pack.status in (Status.UNVERIFIED, Status.PROPOSED):
        return "never judged"
    if not pack.in_force(day):
        return "not in force"
    return "in force" if pack.enforced_on(day) else "not enforced"


def _show(arguments: argparse.Namespace, output: Output) -> ExitCode:
    found = next((item for item in packs(locate(os.environ)) if item.pack.id == arguments.id), None)
    if found is None:
        raise UsageError(f"unknown pack {arguments.id!r}", "see: gauger packs list")
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
    lines += [pack.note] if pack.note else []
    return Text("\n".join(clean(line, 4000) or "" for line in lines))


def _check(arguments: argparse.Namespace, output: Output) -> ExitCode:
    held = packs(locate(os.environ))
    given = [read_file(path) for path in arguments.file]
    refuse_unsound(given, held)
    checked = [item.pack.id for item in given or held]
    output.json({"schema": "gauger.packs.check/1", "exitCode": 0, "packs": list(checked)})
    if not output.as_json:
        output.show(f"no problem in {', '.join(checked)}")
    return ExitCode.DONE


_ACTIONS: Mapping[str, Callable[[argparse.Namespace, Output], ExitCode]] = {
    "list": _list,
    "show": _show,
    "check": _check,
    "install": packs_exchange.install_one,
    "export": packs_exchange.export_one,
}
