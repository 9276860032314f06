"""Cameras of every kind, seen by the agent and by v4l2-ctl side by side.

Leaves ``evidence.json``, ``manifest.json``, what a terminal and a pipe got of it, ``v4l2-ctl/``
with a listing of each node, ``before/`` with those of the cameras that then lose their driver,
and ``stream/`` with v4l2-ctl's own timing. One camera is unplugged while the agent measures it.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vm.scenario import Scenario

SCENARIO = Scenario(modules=("vivid", "uvcvideo", "vhci-hcd"), run_s=540)

#: A webcam alone, a device with every kind of node, and one with multi-planar buffers.
_VIVID = ("n_devs=3", "node_types=0x1,0xe1d3d,0x1", "num_inputs=1,4,1", "multiplanar=1,1,2")
_GAUGER = (sys.executable, "-m", "gauger_agent")
#: Seconds of measuring in the run, and how long v4l2-ctl waits for frames that may not come.
_BUDGET_S = 180
_STREAM_S = 10


def main(out: Path) -> None:
    """Make the cameras, then look at them."""
    from vm.guest.machine import load, plug_all, unbind, unplug_drivers
    from vm.guest.rig_zoo import DEAUTHORISED, UNBOUND, UNPLUGGED, WORKING

    with _step("drivers and cameras"):
        load("vivid", *_VIVID)
        load("uvcvideo")
        load("vhci-hcd")
        plug_all((*WORKING, UNBOUND, DEAUTHORISED, UNPLUGGED))
        _settle()
    port = len(WORKING) + 1
    with _step("two cameras lose their driver"):
        _listings(out / "before", _nodes_of(port) + _nodes_of(port + 1))
        unbind(port)
        unplug_drivers(f"1-{port + 1}")
        _settle()
    with _step("v4l2-ctl lists the nodes"):
        _listings(out / "v4l2-ctl", sorted(Path("/sys/class/video4linux").glob("video*")))
    with _step("gauger probe"):
        found = _gauger("probe", "--json")
        (out / "evidence.json").write_bytes(found.stdout)
    with _step("gauger run"):
        _run(out)
    _keep_failures(out)
    with _step("v4l2-ctl streams"):
        _streams(out / "stream")
    if not (out / "manifest.json").exists():
        sys.exit("the agent wrote no manifest")


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    sys.stdout.write(f"rig: {what}: {time.monotonic() - began:.0f} s\n")


def _settle() -> None:
    subprocess.run(["udevadm", "settle"], check=True)


def _nodes_of(port: int) -> list[Path]:
    return sorted(Path(f"/sys/bus/usb/devices/1-{port}").glob("*/video4linux/video*"))


def _listings(folder: Path, nodes: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for node in nodes:
        command = ["v4l2-ctl", "-d", f"/dev/{node.name}", "--list-formats-ext"]
        done = subprocess.run(command, capture_output=True, check=False)
        (folder / f"{node.name}.txt").write_bytes(done.stdout)


def _run(out: Path) -> None:
    """Run the main job on a terminal, and let the manifest be verified into a pipe."""
    manifest = str(out / "manifest.json")
    # The rates of an emulated processor would say nothing and take minutes.
    command = [*_GAUGER, "run", "--skip", "measure.cpu", "--budget", str(_BUDGET_S)]
    shown, code = _on_terminal([*command, "--output", manifest])
    (out / "terminal.raw").write_bytes(shown)
    again = _gauger("verify", manifest)
    (out / "verify.txt").write_bytes(again.stdout + again.stderr)
    (out / "codes.json").write_text(json.dumps({"run": code, "verify": again.returncode}))


def _on_terminal(command: list[str]) -> tuple[bytes, int]:
    """Run a command on a terminal of its own; return what that got, and the exit code."""
    shown = b""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], command)  # noqa: S606
    try:
        while data := os.read(terminal, 65_536):
            shown += data
    except OSError:  # how a terminal says that nobody is left
        pass
    return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _gauger(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*_GAUGER, *arguments], capture_output=True, check=False)


def _keep_failures(out: Path) -> None:
    for report in (Path.home() / ".local/state/gauger").glob("failure-*"):
        (out / report.name).write_bytes(report.read_bytes())


def _streams(folder: Path) -> None:
    """Let v4l2-ctl take frames of each small camera, and keep its account of each buffer."""
    from vm.guest.rig_zoo import WORKING

    folder.mkdir()
    for port, camera in enumerate(WORKING, 1):
        if not camera.product.startswith("Rig "):
            continue
        node = _nodes_of(port)[0].name
        command = ["timeout", str(_STREAM_S), "v4l2-ctl", "-d", f"/dev/{node}", "--verbose"]
        command += ["--stream-mmap", "--stream-count=30", "--stream-to=/dev/null"]
        done = subprocess.run(command, capture_output=True, check=False)
        name = camera.product.removeprefix("Rig ")
        (folder / f"{name}.txt").write_bytes(done.stdout + done.stderr)
