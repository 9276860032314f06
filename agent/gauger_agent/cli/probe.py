"""``gauger probe``: the evidence of a machine, or of a captured tree, and nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.collect import Wanted, collect, with_known
from gauger_agent.errors import OutputUnwritable
from gauger_agent.exit_codes import ExitCode
from gauger_probes.capture.record import record
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options

#: What can be named, and which parts of the evidence a name stands for.
NAMES: dict[str, tuple[str, ...]] = {
    "host": ("host",),
    "cameras": ("cameras",),
    "accelerators": ("accelerators",),
    "measure": ("accelerators", "cameras"),
}

#: What else is probed, and not printed, so that a device can be rated and measured.
_NEEDED: dict[str, tuple[str, ...]] = {
    "accelerators": ("host",),
    "measure": ("host", "accelerators", "cameras"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", nargs="*", type=_part, metavar="NAME", help=", ".join(NAMES))
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--sysroot", type=options.folder, metavar="DIR", help="a captured tree")
    place.add_argument("--record", type=Path, metavar="DIR", help="capture this machine into DIR")
    parser.add_argument("--budget", type=options.seconds, default=30.0, metavar="S")
    parser.add_argument("--force", action="store_true", help="measure devices in use by others")
    options.declaring(parser)
    options.keeping(parser)


def _part(text: str) -> str:
    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"no part {text!r}; there are {', '.join(NAMES)}")
    return text


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Print the evidence: an object with ``--json``, a table otherwise.

    Raises:
        OutputUnwritable: ``--record`` names a folder that cannot be written.
    """
    names = tuple(arguments.name)
    evidence = (
        _recorded(arguments.record, output) if arguments.record else _probed(arguments, output)
    )
    document = to_json(evidence)
    parts = {part for name in names or NAMES for part in NAMES[name]} | {"coverage"}
    if isinstance(document, dict):
        output.json({key: value for key, value in document.items() if key in parts})
    if not output.as_json:
        from gauger_agent.report.inventory import table

        output.show(table(evidence))
    return ExitCode.DONE


def _probed(arguments: argparse.Namespace, output: Output) -> Evidence:
    names = tuple(arguments.name)
    asked = names or tuple(NAMES)
    probes = {probe for name in asked for probe in (name, *_NEEDED.get(name, ()))}
    skip = {} if "measure" in names else {"measure": "name it to measure: gauger probe measure"}
    wanted = Wanted(
        sysroot=arguments.sysroot,
        names=probes,
        options=_chosen(arguments),
        skip=skip,
        declared=options.declared(arguments),
    )
    with output.progress() as report:
        return collect(wanted, report)


def _chosen(arguments: argparse.Namespace) -> Options:
    frames = options.kept(arguments)
    return Options(budget_s=arguments.budget, force=arguments.force, keep_frames=frames)


def _recorded(folder: Path, output: Output) -> Evidence:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputUnwritable(f"cannot capture into {folder}: not empty", "name a new folder")
    try:
        with output.progress() as report:
            return record(folder, report, with_known(Options()))
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise OutputUnwritable(f"cannot capture into {folder}: {reason}") from problem
