"""A process that may be lost: it is given one line of JSON and answers in lines, each in time.

For calls that a driver can hang or crash in. A process that cannot be killed (state D) is left
behind, never waited for.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque

from gauger_probes.evidence.common import JsonValue

#: Largest line, in bytes; the answer of a node with every list full is about 5 MiB.
_MAX_LINE = 16 * 1024 * 1024
_PIECE = 1 << 16
#: How long a killed process may take to be gone.
_KILL_S = 0.5


class Worker:
    """One process that runs ``program`` (Python source), which is given ``request``.

    The program finds this process's ``sys.path`` as JSON and its id in ``sys.argv``. With
    ``own_session`` it outlives a kill of this process's group, to tidy up.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self, program: str, request: JsonValue, *, own_session: bool = False) -> None:
        # -I and -S: nothing from the environment or the site is loaded; the path is ours.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program, json.dumps(sys.path), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=own_session,
        )
        self._partial = bytearray()
        self._lines: deque[bytes] = deque()
        stdin = self._process.stdin
        if stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                stdin.write((json.dumps(request) + "\n").encode())
            stdin.close()

    def line(self, deadline: float) -> bytes:
        """Return the next line without its end.

        Raises:
            TimeoutError: there is none by ``deadline`` (monotonic); it may be asked for again.
            EOFError: the process closed its answers, or floods.
        """
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError
        while not self._lines:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(stdout.fileno(), _PIECE)
            if not piece or len(self._partial) > _MAX_LINE:
                raise EOFError
            *whole, rest = piece.split(b"\n")
            for part in whole:
                self._lines.append(bytes(self._partial) + part)
                self._partial.clear()
            self._partial += rest
        return self._lines.popleft()

    def ending(self) -> str:
        """Return how a process that closed its answers came to its end."""
        try:
            code = self._process.wait(timeout=_KILL_S)
        except subprocess.TimeoutExpired:
            return "closed its answers"
        return f"was ended by signal {-code}" if code < 0 else f"failed with status {code}"

    def stop(self, tidy_s: float = 0.0) -> None:
        """End the process: asked first, and given ``tidy_s`` seconds, where that is not zero.

        A process that cannot be killed is not waited for.
        """
        if tidy_s > 0:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=tidy_s)
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_KILL_S)
