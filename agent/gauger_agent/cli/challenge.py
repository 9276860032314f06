"""``gauger challenge``: a nonce for the machine to bind, so that an old manifest cannot be shown.

``gauger run --nonce N`` binds it under the signature, ``gauger verify --nonce N`` asks for it.
"""

from __future__ import annotations

import argparse
import secrets

from gauger_agent.cli.output import Output
from gauger_agent.exit_codes import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add no argument: a nonce that somebody chooses is none."""


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Print 64 hex digits of the system's randomness; nothing is remembered."""
    nonce = secrets.token_hex(32)
    if output.as_json:
        output.json({"schema": "gauger.challenge/1", "exitCode": 0, "nonce": nonce})
    else:
        output.raw(nonce.encode() + b"\n")
    return ExitCode.DONE
