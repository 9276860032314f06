"""``gauger keys``: make this machine's signing key, print its public half, list what is trusted."""

from __future__ import annotations

import argparse
import os

from gauger_agent import keystore
from gauger_agent.cli.output import Output
from gauger_agent.errors import InputUnreadable
from gauger_agent.exit_codes import ExitCode
from gauger_agent.sign.registry import load_signer
from gauger_agent.state import StateFolder, locate
from gauger_agent.trust.load import from_state
from gauger_agent.verify.keys import trusted_key
from gauger_probes.evidence.common import JsonValue


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="make an Ed25519 key for this machine")
    export = actions.add_parser("export", help="print this machine's public key as PEM")
    listing = actions.add_parser("list", help="the keys that this machine's verifier trusts")
    for action in (new, export, listing):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run one action.

    Raises:
        OutputUnwritable: there is a key already, or it cannot be written.
        InputUnreadable: there is no key to export.
    """
    state = locate(os.environ)
    if arguments.action == "new":
        return _new(state, output)
    if arguments.action == "export":
        return _export(state, output)
    return _list(state, output)


def _new(state: StateFolder, output: Output) -> ExitCode:
    signer = keystore.make(state)
    public = trusted_key(signer.public_pem(), "own")
    body: dict[str, JsonValue] = {
        "schema": "gauger.keys/1",
        "exitCode": 0,
        "keyid": signer.keyid,
        "keySha256": public.spki_sha256,
        "path": str(state.default_key),
    }
    output.json(body)
    output.show(f"made {state.default_key}: {signer.keyid}")
    return ExitCode.DONE


def _export(state: StateFolder, output: Output) -> ExitCode:
    if not state.default_key.exists():
        raise InputUnreadable(
            f"there is no key at {state.default_key}", "make one: gauger keys new"
        )
    pem = load_signer("file", state.default_key).public_pem()
    if output.as_json:
        output.json({"schema": "gauger.keys/1", "exitCode": 0, "publicKey": pem.decode()})
    else:
        output.raw(pem)
    return ExitCode.DONE


def _list(state: StateFolder, output: Output) -> ExitCode:
    keys = from_state(state)
    rows: list[JsonValue] = [
        {
            "label": key.label,
            "keyid": key.keyid,
            "keySha256": key.spki_sha256,
            "algorithm": key.algorithm.value,
        }
        for key in keys
    ]
    output.json({"schema": "gauger.keys/1", "exitCode": 0, "trusted": rows})
    for key in keys:
        output.show(f"{key.keyid}  {key.algorithm.value}  {key.label}")
    if not keys:
        output.show(f"no trusted key in {state.trusted}; make one: gauger keys new")
    return ExitCode.DONE
