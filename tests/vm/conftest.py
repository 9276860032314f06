"""One boot of the rig serves every test that looks at its artefacts.

GAUGER_RIG may name a folder with an earlier boot's artefacts, to be looked at again.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path

import pytest

from gauger_probes.evidence.codec import from_json
from gauger_probes.evidence.document import Evidence
from vm.boot import boot
from vm.kernel import UnavailableError
from vm.scenarios.cameras import SCENARIO


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the artefacts of ``tests/vm/run cameras``."""
    if "GAUGER_RIG" in os.environ:
        return Path(os.environ["GAUGER_RIG"])
    out = tmp_path_factory.mktemp("rig")
    try:
        boot("cameras", SCENARIO, out)
    except UnavailableError as problem:
        pytest.skip(str(problem))
    return out


@pytest.fixture(scope="session")
def signed(rig: Path) -> Evidence:
    """Return the evidence that the manifest holds."""
    envelope = json.loads((rig / "manifest.json").read_bytes())
    statement = json.loads(b64decode(envelope["payload"]))
    return from_json(Evidence, statement["predicate"]["evidence"])
