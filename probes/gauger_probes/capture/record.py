"""Captures the running machine into a folder that ``--sysroot`` reads like the machine itself.

The folder holds ``sys/`` and ``proc/`` as far as the probes read them, and the answers of native
probes (``dev.json``, ``nvml.json``). It appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from gauger_probes.capture.recording import RecordingRoots, save
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import PROBES, ProbeSpec
from gauger_probes.result import Context, Options, Progress, Result
from gauger_probes.roots import Roots
from gauger_probes.run.assemble import assemble
from gauger_probes.run.environment import misleading, privilege
from gauger_probes.run.outcome import Outcome
from gauger_probes.run.runner import outcomes_of

_NO_OPTIONS = Options()
_NOT_MEASURED = {"measure": "a capture holds no measurement"}


def record(
    folder: Path, report: Callable[[Progress], None], options: Options = _NO_OPTIONS
) -> Evidence:
    """Capture the running machine into ``folder``, which must not exist yet or be empty.

    ``options`` are those of probing: a capture holds what the probes read with them.

    Returns the evidence that was found meanwhile.

    Raises:
        OSError: ``folder`` cannot be written, or something stands there.
    """
    outcomes = outcomes_of(Roots(), None, options, skip=_NOT_MEASURED, report=report)
    with _whole(folder) as partial:
        save(_read_again(options), partial)
        for spec, outcome in zip(PROBES, outcomes, strict=True):
            save_answers(spec, outcome, partial)
    return assemble(outcomes, privilege(os.geteuid(), os.environ), misleading(os.environ))


def _read_again(options: Options, specs: Sequence[ProbeSpec] = PROBES) -> RecordingRoots:
    """Run the text probes here, where what they read can be noted; failures are theirs."""
    roots = RecordingRoots()
    for spec in specs:
        if spec.shared:
            module, _, function = spec.target.partition(":")
            probe = cast(Callable[[Context], Result], getattr(import_module(module), function))
            with contextlib.suppress(Exception):
                probe(Context(roots, options))
    return roots


def save_answers(spec: ProbeSpec, outcome: Outcome, folder: Path) -> None:
    """Write what a native probe found into ``folder``, where its replay looks for it.

    What a library answered is kept as it is; of a probe without such answers, its result.
    """
    if spec.recording is not None and outcome.result is not None:
        said = to_json(outcome.result.answers or outcome.result)
        text = json.dumps(said, indent=1, allow_nan=False)
        (folder / spec.recording).write_text(text + "\n", "utf-8")


@contextlib.contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    partial = Path(tempfile.mkdtemp(prefix=".gauger-capture-", dir=folder.parent))
    try:
        partial.chmod(0o755)
        yield partial
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
