"""The only place that prints.

JSON goes to standard output. Text for people goes to standard output when that is a terminal and
to standard error otherwise, so that a script's pipe holds JSON alone. Everything that is printed
as text is cleaned of control characters first: it may come from hardware or from a file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from gauger_agent.errors import GaugerError
from gauger_probes.evidence.codec import to_json
from gauger_probes.result import Progress
from gauger_probes.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

#: Columns of text that goes to no terminal.
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's results go."""

    as_json: bool
    quiet: bool
    people: TextIO

    @classmethod
    def of(cls, *, json: bool, quiet: bool) -> Output:
        """Return the output that the flags ask for."""
        people = sys.stdout if sys.stdout.isatty() and not json else sys.stderr
        return cls(json, quiet, people)

    def json(self, value: object) -> None:
        """Print one JSON object on one line of standard output, when JSON was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(to_json(value), allow_nan=False) + "\n")
            sys.stdout.flush()

    def raw(self, data: bytes) -> None:
        """Write bytes to standard output as they are (a manifest, a public key)."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def show(self, renderable: RenderableType) -> None:
        """Print a table or text for people, unless quiet or JSON was asked for."""
        if self.quiet or self.as_json:
            return
        from rich.console import Console

        plain = Console(
            file=self.people, highlight=False, markup=False, emoji=False, width=self.width
        )
        plain.print(renderable)

    @property
    def width(self) -> int:
        """Columns that text for people may take: the terminal's, else enough for every table."""
        return get_terminal_size().columns if self.people.isatty() else _WIDTH

    def line(self, text: str) -> None:
        """Print one line on standard error, whatever the mode: a failure is never silent."""
        sys.stderr.write(f"gauger: {clean(text, 2000)}\n")

    def fail(self, problem: GaugerError) -> None:
        """Report a refusal: one line for people, one object for scripts."""
        advice = f"; {problem.advice}" if problem.advice else ""
        self.line(f"{problem.message}{advice}")
        self.json(
            {
                "schema": "gauger.error/1",
                "exitCode": int(problem.exit_code),
                "error": problem.message,
                "advice": problem.advice,
            }
        )

    @contextmanager
    def progress(self) -> Iterator[Callable[[Progress], None]]:
        """Show a bar with the time left on a terminal; silent otherwise."""
        if self.quiet or self.as_json or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("probing", total=None)

            def report(step: Progress) -> None:
                label = clean(step.label) or ""
                bar.update(task, completed=step.done, total=step.total, description=label)

            yield report
