"""One child process, seen from the runner: started, heard, killed, and never waited for in vain.

Bytes come in from two pipes, bounded; a flood is an error. Whoever starts a child must ``stop``
it. Relies on waitid(2) with WNOWAIT, so that a dead child keeps its process group's number
until the group was killed.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, cast

from gauger_probes.run import limits
from gauger_probes.run.protocol import Request, encode_request
from gauger_probes.text import clean

#: The environment of a child, and besides its own folder for temporary files (``TMPDIR``); nothing
#: of the caller's goes through. It has no home, so that
#: no runtime leaves a cache or an identifier behind, and what would send reports to its maker is
#: told not to (ONNX Runtime, Privacy.md). glibc reads its tunables when a process starts: copies of
#: 1 MiB and more go past the caches, however large those are that a hypervisor states. OpenBLAS's
#: threads wait for more work for 2²⁸ cycles on the CPU, Intel's OpenMP for 200 ms, by default: what
#: another library multiplied meanwhile was seen to take a hundred times as long. Here they sleep
#: after 2²⁰ cycles, and after 1 ms.
ENVIRONMENT = MappingProxyType(
    {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/dev/null",
        "ORT_DISABLE_TELEMETRY": "1",
        "CUDA_CACHE_DISABLE": "1",
        "POCL_KERNEL_CACHE": "0",
        "GLIBC_TUNABLES": "glibc.cpu.x86_non_temporal_threshold=0x100000",
        "OPENBLAS_THREAD_TIMEOUT": "20",
        "KMP_BLOCKTIME": "1",
    }
)

#: Isolated mode hides the user's own site-packages; the folder that this package was installed in
#: is made known again, last, so that ``pip install --user`` works and nothing is shadowed.
_HOME = Path(__file__).parents[2]
_START = (
    "import sys; sys.path.append(sys.argv.pop()); from gauger_probes.run.child import main; main()"
)


class FloodError(Exception):
    """The child sent more than it may; the message says of what."""


class Child:
    """A running child that was given ``request``.

    Raises:
        OSError: no process could be started.
        ProtocolError: the request is too large.
    """

    def __init__(self, request: Request) -> None:
        self._scratch = _scratch()
        try:
            self._process = _start(encode_request(request), self._scratch)
        except BaseException:
            self._clear()
            raise
        self._replies = cast(IO[bytes], self._process.stdout)
        self._errors = cast(IO[bytes], self._process.stderr)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._replies, self._errors):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._partial = bytearray()
        self._tail = b""
        self._received = {self._replies: 0, self._errors: 0}

    @property
    def pid(self) -> int:
        """The process id, which is its group's and session's too."""
        return self._process.pid

    def ended(self) -> bool:
        """Return whether the child itself has ended; it is not reaped by asking."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, options) is not None
        except ChildProcessError:  # whoever started us ignores SIGCHLD, and so the kernel reaps
            return True

    def lines(self, wait_s: float) -> list[bytes] | None:
        """Return the lines that arrive within ``wait_s`` seconds, ``None`` for silence.

        Raises:
            FloodError: a line, or all that came, is beyond the limits.
        """
        ready = [cast(IO[bytes], key.fileobj) for key, _ in self._selector.select(wait_s)]
        found: list[bytes] = []
        for pipe in ready:
            chunk = os.read(pipe.fileno(), limits.CHUNK)
            if not chunk:
                self._selector.unregister(pipe)
            elif pipe is self._replies:
                found += self._split(chunk)
            else:
                self._keep_tail(chunk)
        return found if ready else None

    def stop(self) -> bool:
        """Kill the child's process group, close the pipes, and return whether the child is gone.

        What it left in its own temporary folder goes too: a compiler that is killed tidies nothing.

        A child that survives SIGKILL hangs in the kernel; it is left behind.
        """
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        gone = self._reap()
        self._selector.close()
        self._replies.close()
        self._errors.close()
        self._clear()
        return gone

    def epitaph(self) -> str:
        """Return how a stopped child ended, with the last line that it wrote to stderr."""
        code = self._process.returncode
        manner = f"exited with status {code}" if code >= 0 else f"killed by {_signal_name(-code)}"
        lines = [line for line in self._tail.splitlines() if line.strip()]
        last = clean(lines[-1]) if lines else None
        return f"{manner}: {last}" if last else manner

    def devices(self) -> tuple[str, ...]:
        """Return the device nodes that the child holds open, sorted; no more than can be seen."""
        found: set[str] = set()
        with suppress(OSError):
            for link in Path(f"/proc/{self.pid}/fd").iterdir():
                with suppress(OSError):
                    found.add(os.fspath(link.readlink()))
        return tuple(sorted(name for name in found - {os.devnull} if name.startswith("/dev/")))

    def _clear(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _split(self, chunk: bytes) -> list[bytes]:
        self._count(self._replies, chunk, limits.MAX_MESSAGES, "answers")
        head, *rest = chunk.split(b"\n")
        self._partial += head
        if len(self._partial) > limits.MAX_MESSAGE:
            raise FloodError(f"more than {limits.MAX_MESSAGE} bytes in one answer")
        if not rest:
            return []
        whole = [bytes(self._partial), *rest[:-1]]
        self._partial = bytearray(rest[-1])
        return whole

    def _keep_tail(self, chunk: bytes) -> None:
        self._count(self._errors, chunk, limits.MAX_STDERR, "stderr")
        self._tail = (self._tail + chunk)[-limits.STDERR_TAIL :]

    def _count(self, pipe: IO[bytes], chunk: bytes, limit: int, what: str) -> None:
        self._received[pipe] += len(chunk)
        if self._received[pipe] > limit:
            raise FloodError(f"more than {limit} bytes of {what}")

    def _reap(self) -> bool:
        try:
            self._process.wait(limits.KILL_WAIT_S)
        except subprocess.TimeoutExpired:
            # Popen would complain at interpreter exit of a child still running: it is known.
            self._process.returncode = -signal.SIGKILL
            return False
        return True


def _scratch() -> str | None:
    """Return a folder of the child's own for temporary files; ``None`` where none can be made."""
    with suppress(OSError):
        return tempfile.mkdtemp(prefix="gauger-probe-")
    return None


def _start(request: bytes, scratch: str | None) -> subprocess.Popen[bytes]:
    own = {} if scratch is None else {"TMPDIR": scratch}
    # A file in memory: writing the request to a pipe could wait for a child that never reads.
    with os.fdopen(os.memfd_create("request"), "w+b") as stdin:
        stdin.write(request)
        stdin.seek(0)
        return subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_HOME)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={**ENVIRONMENT, **own},
            start_new_session=True,
            close_fds=True,
        )


def _signal_name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
