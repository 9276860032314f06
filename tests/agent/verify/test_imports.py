"""The verifying core travels as one file: it needs the standard library and one function more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gauger_agent

PACKAGES = ("manifest", "verify")
ROOT = Path(gauger_agent.__file__).parent


def _modules() -> list[str]:
    names = [
        f"gauger_agent.{package}.{file.stem}"
        for package in PACKAGES
        for file in sorted((ROOT / package).glob("*.py"))
        if file.stem != "__init__"
    ]
    return [*names, "gauger_agent.fingerprint", "gauger_agent.errors", "gauger_agent.exit_codes"]


def test_importing_the_core_loads_the_standard_library_and_our_own_alone() -> None:
    code = (
        "import importlib, sys\n"
        "before = set(sys.modules)\n"
        f"[importlib.import_module(name) for name in {_modules()!r}]\n"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(loaded - set(sys.stdlib_module_names)))\n"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "['gauger_agent', 'gauger_probes', 'gauger_thresholds']\n"


def test_one_function_in_the_core_calls_cryptography() -> None:
    users = [
        file.name
        for package in PACKAGES
        for file in (ROOT / package).glob("*.py")
        if "from cryptography" in file.read_text() or "import cryptography" in file.read_text()
    ]
    assert users == ["signature.py"]
