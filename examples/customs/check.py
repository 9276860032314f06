#!/usr/bin/env python3
"""At the dock: a nonce, a run on the machine, an answer verified here, one object for a log.

    check.py PUB.pem USER@MACHINE          SSH=… names another way to reach it than ssh

Prints {machine, exitCode, action, meets[], cannotTell[], payloadSha256} and exits as `gauger
verify` does.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from typing import Any

_ACTIONS = {0: "pass", 10: "hold", 11: "hold", 21: "hold", 22: "hold"}


def checked(key: str, machine: str) -> dict[str, Any]:
    """Return what was found on ``machine``, signed by the holder of ``key``'s private half."""
    nonce = _gauger("challenge").stdout.strip()
    run = f"gauger run --quick --quiet --nonce {nonce} --output -"
    reach = shlex.split(os.environ.get("SSH", "ssh"))
    # What the machine says of itself is not believed, so its exit code is not either.
    manifest = subprocess.run([*reach, machine, run], stdout=subprocess.PIPE, check=False).stdout
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(manifest)
        file.flush()
        asked = ("--key", key, "--nonce", nonce, "--max-age", "1", "--json", file.name)
        verified = _gauger("verify", *asked)
    answer = json.loads(verified.stdout)
    control = [item for item in answer.get("verdicts", []) if item["level"] == "control"]
    return {
        "machine": machine,
        "exitCode": verified.returncode,
        "action": _ACTIONS.get(verified.returncode, "refuse"),
        "meets": sorted({item["rule"] for item in control if item["outcome"] == "meets"}),
        "cannotTell": sorted(
            {item["rule"] for item in control if item["outcome"] == "indeterminate"}
        ),
        "payloadSha256": answer.get("payloadSha256"),
    }


def _gauger(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["gauger", *arguments], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    found = checked(*sys.argv[1:3])
    print(json.dumps(found))
    sys.exit(found["exitCode"])
