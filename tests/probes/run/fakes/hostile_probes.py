"""Probes that misbehave, each in one way; imported by the runner's children only."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Part, Progress, Result

_MIB = 1024 * 1024


def fine(context: Context) -> Result:
    """Answer, and leave a mark under the root for each time that it ran."""
    _mark(context, "fine")
    return Result(reason="fine")


def also_fine(context: Context) -> Result:
    _mark(context, "also_fine")
    return Result(reason="also fine")


def segfault(context: Context) -> Result:
    _mark(context, "segfault")
    ctypes.string_at(0)
    return Result()


def last_words(_: Context) -> Result:
    os.write(2, b"warning\n" * 2048)
    os.write(2, b"the \x1b[31mlast\x1b[0m word\n\n")
    os._exit(3)


def loop(context: Context) -> Result:
    _mark(context, "loop")
    while True:
        pass


def sleep(context: Context) -> Result:
    """Sleep far beyond any limit, deaf to polite signals; the mark holds the process id."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    (context.roots.root / "sleeper").write_text(str(os.getpid()))
    context.report(Progress(0, 1, f"asleep as {os.getpid()}"))
    time.sleep(600)
    return Result()


def flood_stderr(_: Context) -> Result:
    while True:
        os.write(2, b"noise\n" * 4096)


def flood_answers(_: Context) -> Result:
    """Write a line without an end to every pipe that can be found."""
    while True:
        _to_pipes(b"x" * 65_536)


def garble_answers(context: Context) -> Result:
    _to_pipes(b"{]\n")
    time.sleep(600)
    return fine(context)


def answer_for_another(context: Context) -> Result:
    _to_pipes(b'{"result": {"probe": "measure", "durationS": 1, "result": {}}}\n')
    time.sleep(600)
    return fine(context)


def huge(_: Context) -> Result:
    return Result(notes={"words": ["x" * 60_000] * 200})


def hog_address_space(_: Context) -> Result:
    held = [bytearray(64 * _MIB) for _ in range(64)]
    return Result(reason=f"{len(held)} blocks held")


def hog_resident(_: Context) -> Result:
    held = []
    while True:
        held.append(b"\1" * (16 * _MIB))
        time.sleep(0.02)


def noisy(_: Context) -> Result:
    """Print by every way to stdout, and to stderr within reason."""
    print("noise from Python", flush=True)  # noqa: T201 - the noise is the point
    os.write(1, b'{"result": {"probe": "host", "durationS": 0, "result": {}}}\n')
    libc = ctypes.CDLL(None)
    libc.printf(b"noise from C\n")
    libc.fflush(None)
    os.write(2, b"a warning\n")
    return Result(reason="quiet result")


def raises(_: Context) -> Result:
    raise ValueError("odd \x1b[31mthing\nin /home/alice/.venv/x.so " + "y" * 10_000)


def denied(_: Context) -> Result:
    raise PermissionError(13, "Permission denied", "/dev/video0")


def lacks_library(_: Context) -> Result:
    import no_such_library_anywhere  # type: ignore[import-not-found]

    return Result(reason=str(no_such_library_anywhere))


def wrong_type(_: Context) -> Any:
    return {"status": "ok"}


def wrong_field(_: Context) -> Result:
    return Result(host="not a host")  # type: ignore[arg-type]


def not_a_number(_: Context) -> Result:
    return Result(notes={"rate": float("nan")})


def not_unicode(_: Context) -> Result:
    return Result(reason="half a \ud800 pair")


def foreign_part(_: Context) -> Result:
    return Result(parts=(Part("cameras", Status.OK),))


def orphan_holding_the_pipe(context: Context) -> Result:
    """Leave a grandchild in a session of its own, which keeps every descriptor open."""
    if os.fork() == 0:
        os.setsid()
        (context.roots.root / "orphan").write_text(str(os.getpid()))
        time.sleep(60)
        os._exit(0)
    _wait_for(context.roots.root / "orphan")
    return Result(reason="answered")


def crash_leaving_an_orphan(context: Context) -> Result:
    orphan_holding_the_pipe(context)
    return segfault(context)


def fork_in_the_group(context: Context) -> Result:
    if os.fork() == 0:
        (context.roots.root / "forked").write_text(str(os.getpid()))
        time.sleep(60)
        os._exit(0)
    _wait_for(context.roots.root / "forked")
    return Result(reason="answered")


def fork_that_comes_back(_: Context) -> Result:
    if os.fork() == 0:
        return Result(reason="the copy")
    os.wait()
    return Result(reason="the original")


def surroundings(context: Context) -> Result:
    """Tell what a child has around it, as JSON in a file: a reason has less room."""
    status = Path("/proc/self/status").read_text()
    seen = {
        "env": sorted(os.environ),
        "cwd": str(Path.cwd()),
        "leader": os.getsid(0) == os.getpid() == os.getpgrp(),
        "noNewPrivs": "NoNewPrivs:\t1" in status,
        "isolated": sys.flags.isolated,
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "files": [fd for fd in range(3, 200) if _is_regular(fd)],
    }
    (context.roots.root / "surroundings").write_text(json.dumps(seen))
    return Result()


def address_space(_: Context) -> Result:
    return Result(reason=str(resource.getrlimit(resource.RLIMIT_AS)[0]))


def options(context: Context) -> Result:
    return Result(reason=f"{context.options.budget_s:g} {context.options.force}")


def chatty_progress(context: Context) -> Result:
    for turn in range(100_000):
        context.report(Progress(turn, 100_000, "turn\x1b[2J"))
    return Result(reason="done")


def who_else_runs(context: Context) -> Result:
    marks = sorted(path.name for path in context.roots.root.iterdir())
    return Result(reason=" ".join(marks))


def stat_root(context: Context) -> Result:
    """Open a device, then ask the file system of the root for something."""
    with Path("/dev/zero").open("rb"):
        (context.roots.root / "anything").exists()
    return Result(reason="it answered")


def _mark(context: Context, name: str) -> None:
    with (context.roots.root / name).open("a") as stream:
        stream.write("x")


def _wait_for(path: Path) -> None:
    while not (path.exists() and path.read_text()):
        time.sleep(0.005)


def _to_pipes(data: bytes) -> None:
    for descriptor in range(3, 64):
        with suppress(OSError):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, data)


def _is_regular(descriptor: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def litter_and_answer(context: Context) -> Result:
    _litter(context)
    return Result(reason="answered")


def litter_and_abort(context: Context) -> Result:
    _litter(context)
    os.abort()


def litter_and_hang(context: Context) -> Result:
    _litter(context)
    return sleep(context)


def _litter(context: Context) -> None:
    folder = tempfile.mkdtemp(prefix="compiled-")
    Path(folder, "kernel.so").write_bytes(b"half-writ")
    (context.roots.root / "littered").write_text(folder)
