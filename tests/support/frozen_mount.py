"""A file system that never answers: whoever touches it hangs in the kernel and cannot be killed.

The test itself is the FUSE server (protocol: include/uapi/linux/fuse.h of Linux, version 7.31):
it answers INIT and reads every later request without an answer. Needs root and /dev/fuse.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INIT = 26
_MS_NOSUID, _MS_NODEV, _MNT_DETACH = 2, 4, 2


@contextmanager
def frozen_mount(folder: Path) -> Iterator[None]:
    """Freeze ``folder``; on the way out let go of every process that hangs in it.

    Raises:
        OSError: this machine does not let us mount.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    over = threading.Event()
    server = threading.Thread(target=_serve, args=(device, over))
    try:
        data = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
        path = os.fsencode(folder)
        if libc.mount(b"frozen", path, b"fuse", _MS_NOSUID | _MS_NODEV, data) != 0:
            raise OSError(ctypes.get_errno(), "mount")
        server.start()
        try:
            yield
        finally:
            libc.umount2(path, _MNT_DETACH)
            over.set()
            server.join()
    finally:
        os.close(device)


def _serve(device: int, over: threading.Event) -> None:
    while not over.is_set():
        if not select.select([device], [], [], 0.05)[0]:
            continue
        request = os.read(device, 1 << 20)
        _, opcode, unique = struct.unpack_from("<IIQ", request)
        if opcode == _INIT:
            body = struct.pack("<IIIIHHIII", 7, 31, 0, 0, 16, 12, 1 << 17, 1, 0) + bytes(28)
            os.write(device, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)
