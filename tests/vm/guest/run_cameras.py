"""Runs in the guest: makes cameras appear and prints what the probes say of them, as JSON.

Each stage of the answer is one evidence document; ``clients`` is what an independent program,
v4l2-ctl, says of the same nodes while everything is plugged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from vm.guest.machine import load, plug_all, unplug_drivers
from vm.guest.zoo import ZOO

_CLASSES = Path("/sys/class")
_NODES = _CLASSES / "video4linux"
#: Run again as the user nobody, who is in no group.
_NOBODY = """
import json, os
os.setgroups([]); os.setgid(65534); os.setuid(65534)
from vm.guest.run_cameras import evidence
print(json.dumps(evidence()))
"""


def main() -> None:
    """Print one object: the stages by name."""
    stages: dict[str, JsonValue] = {"bare": evidence()}
    load("vivid", "n_devs=2", "multiplanar=1,2")
    load("uvcvideo")
    load("vhci-hcd")
    plug_all(ZOO)
    stages["plugged"] = evidence()
    stages["clients"] = {f"/dev/{node.name}": _v4l2_ctl(node.name) for node in _video_nodes()}
    stages["denied"] = _as_nobody()
    _CLASSES.chmod(0o700)
    stages["closed"] = _as_nobody()
    _CLASSES.chmod(0o755)
    unplug_drivers("1-1")
    stages["deauthorised"] = evidence()
    json.dump(stages, sys.stdout)


def evidence() -> JsonValue:
    """Return the camera part of the evidence, by way of the runner."""
    return to_json(run_probes(Roots(), ["cameras"], Options()))


def _video_nodes() -> list[Path]:
    return sorted(_NODES.glob("video*"))


def _v4l2_ctl(node: str) -> str:
    arguments = ["v4l2-ctl", "-d", f"/dev/{node}", "--info", "--list-formats-ext"]
    return subprocess.run(arguments, capture_output=True, text=True, check=False).stdout


def _as_nobody() -> JsonValue:
    arguments = [sys.executable, "-c", _NOBODY]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    found: JsonValue = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
