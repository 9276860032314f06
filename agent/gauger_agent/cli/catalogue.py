"""``gauger catalogue``: the figures that devices are rated by, with source and grade."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gauger_agent.cli.output import Output
from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.catalogue.lint import problems_of_built_in
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.model import Architecture, CameraRow, Cpu, Device

if TYPE_CHECKING:
    from rich.console import RenderableType


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser(
        "list", help="every device, architecture, processor family and special camera"
    )
    show = actions.add_parser("show", help="one row with its sources")
    show.add_argument("id")
    check = actions.add_parser("check", help="check the built-in catalogue")
    for action in (listing, show, check):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run one action.

    Raises:
        UsageError: no such row, or the catalogue has problems.
    """
    if arguments.action == "show":
        return _show(arguments.id, output)
    if arguments.action == "check":
        return _check(output)
    rows: list[JsonValue] = [
        {"id": row.id, "name": row.name, "source": row.source, "grade": row.grade.value}
        for row in _rows()
    ]
    output.json({"schema": "gauger.catalogue/1", "rows": rows})
    if not output.as_json:
        output.show(_table())
    return ExitCode.DONE


def _rows() -> list[Device | Architecture | Cpu | CameraRow]:
    catalogue = built_in()
    return [
        *catalogue.devices,
        *catalogue.architectures,
        *catalogue.cpus,
        *catalogue.cameras,
    ]


def _table() -> RenderableType:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("id", "name", "grade", "source"):
        table.add_column(heading)
    for row in _rows():
        table.add_row(row.id, row.name, row.grade.value, row.source)
    return table


def _show(name: str, output: Output) -> ExitCode:
    row = next((item for item in _rows() if item.id == name), None)
    if row is None:
        raise UsageError(f"no row {name!r} in the catalogue", "see: gauger catalogue list")
    source = built_in().sources.get(row.source, row.source)
    body = {"schema": "gauger.catalogue.row/1", "row": to_json(row), "source": source}
    output.json(body)
    if not output.as_json:
        from rich.pretty import Pretty

        output.show(Pretty(body))
    return ExitCode.DONE


def _check(output: Output) -> ExitCode:
    found = problems_of_built_in()
    if found:
        raise UsageError("; ".join(found), "mend the catalogue and check again")
    count = len(_rows())
    output.json({"schema": "gauger.catalogue.check/1", "exitCode": 0, "rows": count})
    if not output.as_json:
        output.show(f"no problem in {count} rows")
    return ExitCode.DONE
