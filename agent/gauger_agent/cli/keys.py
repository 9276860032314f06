"""``gauger keys``: make, export and retire this machine's signing key, list what is trusted."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gauger_agent import keystore
from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_agent.state import StateFolder, locate
from gauger_agent.trust.load import from_files, from_state, pack_keys, revoked_keys
from gauger_agent.verify.keys import Algorithm, TrustedKey, trusted_key
from gauger_probes.evidence.common import JsonValue

_KINDS = {"ed25519": Algorithm.ED25519, "p256": Algorithm.ECDSA_P256}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="make a key for this machine")
    new.add_argument(
        "--type", choices=list(_KINDS), default="ed25519", help="kind of key (default: ed25519)"
    )
    new.add_argument("--encrypt", action="store_true", help="ask for a passphrase to lock it with")
    export = actions.add_parser("export", help="print this machine's public key as PEM")
    listing = actions.add_parser("list", help="the keys that this machine's verifier trusts")
    retire = actions.add_parser("retire", help="never again count a signature by a key")
    retire.add_argument(
        "key",
        nargs="?",
        metavar="KEY",
        help="a public key's file, or the label, keyid or SHA-256 that `keys list` shows "
        "(default: this machine's own key)",
    )
    for action in (new, export, retire):
        options.unlocking(action)
    for action in (new, export, listing, retire):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run one action.

    Raises:
        OutputUnwritable: there is a key already, or it cannot be written.
        InputUnreadable: there is no key to export or retire.
        UsageError: no such key, or no usable passphrase.
    """
    state = locate(os.environ)
    if arguments.action == "new":
        return _new(state, arguments, output)
    if arguments.action == "export":
        return _export(state, arguments, output)
    if arguments.action == "retire":
        return _retire(state, arguments, output)
    return _list(state, output)


def _new(state: StateFolder, arguments: argparse.Namespace, output: Output) -> ExitCode:
    passphrases = options.passphrases(arguments)
    locked = arguments.encrypt or passphrases.file is not None
    chosen = passphrases.chosen() if locked else None
    signer = keystore.make(state, _KINDS[arguments.type], chosen)
    public = trusted_key(signer.public_pem(), "own")
    body: dict[str, JsonValue] = {
        "schema": "gauger.keys/1",
        "exitCode": 0,
        "keyid": signer.keyid,
        "keySha256": public.spki_sha256,
        "algorithm": public.algorithm.value,
        "locked": locked,
        "path": str(state.default_key),
    }
    output.json(body)
    output.show(f"made {state.default_key}: {signer.keyid}{' (locked)' if locked else ''}")
    return ExitCode.DONE


def _export(state: StateFolder, arguments: argparse.Namespace, output: Output) -> ExitCode:
    pem = keystore.own_public_pem(state, options.passphrases(arguments))
    if output.as_json:
        output.json({"schema": "gauger.keys/1", "exitCode": 0, "publicKey": pem.decode()})
    else:
        output.raw(pem)
    return ExitCode.DONE


def _retire(state: StateFolder, arguments: argparse.Namespace, output: Output) -> ExitCode:
    key = _meant(state, arguments)
    put_away = keystore.retire(state, key)
    output.json(
        {
            "schema": "gauger.keys/1",
            "exitCode": 0,
            "retired": _row(key),
            "path": None if put_away is None else str(put_away),
        }
    )
    output.show(f"retired {key.keyid}: from now on no signature by it counts here")
    output.show(f"whoever trusts it has to be told: its public key is in {state.revoked}")
    if put_away is not None:
        output.show(f"its private key was put away as {put_away}; make another: gauger keys new")
    return ExitCode.DONE


def _meant(state: StateFolder, arguments: argparse.Namespace) -> TrustedKey:
    name = arguments.key
    if name is None:
        return keystore.own_public(state, options.passphrases(arguments))
    known = (*from_state(state), *pack_keys(state))
    found = [key for key in known if name in (key.label, key.keyid, key.spki_sha256)]
    if not found and Path(name).is_file():
        found = list(from_files([Path(name)]))
    if len(found) != 1:
        what = "no key is" if not found else f"{len(found)} keys are"
        raise UsageError(f"{what} called {name!r}", "see: gauger keys list, or name a PEM file")
    return found[0]


def _list(state: StateFolder, output: Output) -> ExitCode:
    revoked = revoked_keys(state)
    gone = {key.spki_sha256 for key in revoked}
    keys = [key for key in from_state(state) if key.spki_sha256 not in gone]
    stating = [key for key in pack_keys(state) if key.spki_sha256 not in gone]
    output.json(
        {
            "schema": "gauger.keys/1",
            "exitCode": 0,
            "trusted": [_row(key) for key in keys],
            "packs": [_row(key) for key in stating],
            "revoked": [_row(key) for key in revoked],
        }
    )
    for key in keys:
        output.show(f"{key.keyid}  {key.algorithm.value}  {key.label}")
    for key in stating:
        output.show(f"{key.keyid}  {key.algorithm.value}  {key.label}  for packs")
    for key in revoked:
        output.show(f"{key.keyid}  {key.algorithm.value}  {key.label}  revoked")
    if not keys:
        output.show(f"no trusted key in {state.trusted}; make one: gauger keys new")
    return ExitCode.DONE


def _row(key: TrustedKey) -> JsonValue:
    return {
        "label": key.label,
        "keyid": key.keyid,
        "keySha256": key.spki_sha256,
        "algorithm": key.algorithm.value,
    }
