"""``gauger export``: a manifest in the form that another tool reads."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.exit_codes import ExitCode
from gauger_agent.exports.registry import EXPORTS, ExportSpec, export
from gauger_agent.manifest.limits import MAX_FILE
from gauger_agent.read import read_bounded
from gauger_agent.state import locate
from gauger_agent.write import write_atomic


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    listed = "; ".join(f"{spec.name}: {spec.help}" for spec in EXPORTS)
    names = [spec.name for spec in EXPORTS]
    parser.add_argument("format", choices=names, metavar="FORMAT", help=listed)
    parser.add_argument("file", type=Path, metavar="FILE", help="a manifest")
    parser.add_argument("--out", metavar="FILE|-", help="where it goes (default: beside FILE)")
    options.believing(parser)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Export one manifest.

    Raises:
        GaugerError: it cannot be read, is refused, or cannot be written.
    """
    (spec,) = (spec for spec in EXPORTS if spec.name == arguments.format)
    data = read_bounded(arguments.file, MAX_FILE)
    made = export(spec, data, options.trust(arguments, locate(os.environ)))
    if arguments.out == "-":
        output.raw(made)
        return ExitCode.DONE
    place = Path(arguments.out) if arguments.out else _beside(arguments.file, spec)
    write_atomic(place, made)
    output.json(
        {"schema": "gauger.export/1", "exitCode": 0, "format": spec.name, "path": str(place)}
    )
    output.show(f"{place}: {spec.help}")
    return ExitCode.DONE


def _beside(file: Path, spec: ExportSpec) -> Path:
    stem = file.name.removesuffix(".json").removesuffix(".gauger").removesuffix(".sigstore")
    return file.with_name(stem + spec.suffix)
