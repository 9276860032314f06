"""Parses the command line, runs one command, and turns every ending into an exit code.

Only the chosen command's module is imported. Bad input ends in one line on standard error;
a failure of our own leaves its traceback in a file and says where.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

from gauger_agent.cli.commands import COMMANDS, Command
from gauger_agent.cli.output import Output
from gauger_agent.errors import GaugerError, UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_agent.state import locate


class CommandModule(Protocol):
    """What a command's module offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def main(self, arguments: argparse.Namespace, output: Output) -> ExitCode:
        """Run the command."""


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: Any) -> None:
        # An option's beginning may become another option's name; scripts should not rely on it.
        super().__init__(**{"allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see: {self.prog} --help")


def entry() -> None:
    """Run ``gauger`` with the process's arguments and exit with its code."""
    sys.exit(int(main(sys.argv[1:])))


def main(argv: Sequence[str]) -> ExitCode:
    """Run one command and return its exit code; never raises."""
    output = Output.of(json="--json" in argv, quiet="--quiet" in argv)
    try:
        return _dispatch(argv, output)
    except GaugerError as problem:
        output.fail(problem)
        return ExitCode(problem.exit_code)
    except KeyboardInterrupt:
        output.line("interrupted; nothing was written")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OUTPUT_UNWRITABLE
    except Exception as problem:
        output.line(f"failure of our own: {type(problem).__name__}; details in {_save()}")
        return ExitCode.INTERNAL


def _dispatch(argv: Sequence[str], output: Output) -> ExitCode:
    chosen = next((item for item in argv if not item.startswith("-")), None)
    parser = _Parser(
        prog="gauger",
        description="Finds cameras and compute accelerators, rates and measures them, compares "
        "them with control thresholds, and signs what it found.",
    )
    parser.add_argument("--version", action="version", version=f"gauger {version('gauger')}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    modules: dict[str, CommandModule] = {}
    for command in COMMANDS:
        sub = subparsers.add_parser(command.name, help=command.help, description=command.help)
        if command.name == chosen:
            modules[command.name] = _load(command)
            modules[command.name].configure(sub)
            _common(sub)
    arguments = parser.parse_args(argv)
    return modules[arguments.command].main(arguments, output)


def _load(command: Command) -> CommandModule:
    return cast(CommandModule, import_module(command.module))


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--quiet", action="store_true", help="print no text for people")


def _save() -> Path:
    """Keep the traceback where it outlives the run: a service's temporary folder does not."""
    try:
        folder = locate(os.environ).root
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="failure-", suffix=".txt", dir=folder)
    except (OSError, GaugerError):
        handle, name = tempfile.mkstemp(prefix="gauger-failure-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        traceback.print_exc(file=stream)
    return Path(name)
