"""``gauger countersign``: add this machine's signature over the bytes that others signed.

The manifest is verified first: nobody should vouch for bytes of unknown origin.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from gauger_agent import keystore
from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.bundle import is_bundle
from gauger_agent.manifest.envelope import Envelope, Signature, read, write
from gauger_agent.manifest.limits import MAX_FILE
from gauger_agent.manifest.pae import pae
from gauger_agent.read import read_bounded
from gauger_agent.sign.seal import countersign
from gauger_agent.sign.signer import Signer
from gauger_agent.state import locate
from gauger_agent.trust.choose import Trust
from gauger_agent.verify.authenticity import made, prove
from gauger_agent.verify.core import Verified, verify
from gauger_agent.verify.keys import trusted_key
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options
from gauger_agent.write import write_atomic


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a manifest that somebody signed")
    options.believing(parser)
    parser.add_argument(
        "--accept-captured", action="store_true", help="accept a manifest made from a captured tree"
    )
    parser.add_argument("--output", metavar="FILE|-", help="where it goes (default: FILE itself)")
    options.unlocking(parser)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Countersign one manifest.

    Raises:
        Refused: the manifest is not authentic, or not by a key that is trusted here.
        GaugerError: no key to sign with, or a file that cannot be read or written.
    """
    state = locate(os.environ)
    data = read_bounded(arguments.file, MAX_FILE)
    trust = options.trust(arguments, state)
    verified = _verified(data, trust, arguments)
    own = keystore.existing_key(state, options.passphrases(arguments))
    already = _signed_by(data, own)
    if is_bundle(data) and arguments.output is None:
        message = f"{arguments.file}: a Sigstore bundle holds one signature"
        raise UsageError(message, "Name another file for the manifest: --output FILE")
    place = _write(data if already else _signed(data, own, trust), arguments, output)
    if place == "-":
        return ExitCode.DONE
    count = len(read(data).signatures) + (0 if already else 1)
    output.json(
        {
            "schema": "gauger.countersign/1",
            "exitCode": 0,
            "manifest": place,
            "payloadSha256": verified.payload_sha256,
            "keyid": own.keyid,
            "added": not already,
            "signatures": count,
        }
    )
    output.show(f"{place}: signed by {own.keyid}{' already' if already else ''} ({count} in all)")
    return ExitCode.DONE


def _verified(data: bytes, trust: Trust, arguments: argparse.Namespace) -> Verified:
    """One good signature is enough here: the threshold is whoever's who believes the result."""
    asked = Options(trust.keys, trust.revoked, accept_captured=arguments.accept_captured)
    return verify(data, asked, datetime.now(UTC))


def _signed_by(data: bytes, own: Signer) -> bool:
    alone = Options((trusted_key(own.public_pem(), "own"),))
    return prove(data, alone, Ledger()) is not None


def _signed(data: bytes, own: Signer, trust: Trust) -> bytes:
    try:
        return write(countersign(_named(read(data), trust), own))
    except ValueError as problem:
        raise UsageError(str(problem), "nobody would read one more") from problem


def _named(envelope: Envelope, trust: Trust) -> Envelope:
    """Give signatures without a key id (a bundle's) that of their key: some readers need one."""
    message = pae(envelope.payload_type, envelope.payload)

    def keyid(entry: Signature) -> str:
        makers = (key.keyid for key in trust.keys if made(key, entry.sig, message))
        return entry.keyid or next(makers, "")

    signatures = tuple(replace(entry, keyid=keyid(entry)) for entry in envelope.signatures)
    return replace(envelope, signatures=signatures)


def _write(data: bytes, arguments: argparse.Namespace, output: Output) -> str:
    if arguments.output == "-":
        output.raw(data)
        return "-"
    path = Path(arguments.output or arguments.file)
    write_atomic(path, data)
    return str(path)
