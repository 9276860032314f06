"""``gauger packs install`` and ``export``: one signed pack file, from one machine to another."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gauger_agent import keystore
from gauger_agent.cli import options
from gauger_agent.cli.output import Output
from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_agent.packs.file import read_file, refuse_unsound
from gauger_agent.packs.signed import read_signed, seal_pack
from gauger_agent.packs.store import install, packs
from gauger_agent.state import locate
from gauger_agent.trust.load import from_files, pack_keys, revoked_keys
from gauger_agent.write import write_atomic
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.packs.model import LoadedPack


def configure(install: argparse.ArgumentParser, export: argparse.ArgumentParser) -> None:
    """Add the arguments of both."""
    install.add_argument("file", type=Path, metavar="FILE", help="what `packs export` wrote")
    install.add_argument(
        "--key",
        action="append",
        type=Path,
        metavar="PUB.pem",
        help="believe packs by this key, now and later (repeatable)",
    )
    export.add_argument("pack", metavar="ID|FILE.toml", help="a pack at hand, or a pack's file")
    export.add_argument("--output", metavar="FILE|-", help="where it goes (ID-VERSION.pack.json)")
    options.unlocking(export)


def install_one(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Install a signed pack.

    Raises:
        Refused: it is not by a key that may state the law here, or older than what was here.
        GaugerError: it cannot be read or kept, or does not go with the other packs.
    """
    state = locate(os.environ)
    given = from_files(arguments.key or ())
    signed = read_signed(arguments.file, (*given, *pack_keys(state)), revoked_keys(state))
    believed = [key for key in given if key.spki_sha256 == signed.key.spki_sha256]
    news = install(state, signed, believed)
    about = _about(signed.loaded, signed.key.keyid)
    output.json({"schema": "gauger.packs.install/1", "exitCode": 0, **about, "installed": news})
    pack = signed.loaded.pack
    done = "installed" if news else "at hand already:"
    output.show(f"{done} {pack.id} version {pack.version}, signed by {signed.key.keyid}")
    if believed and news:
        output.show(
            "packs by that key are believed here from now on, until: gauger keys retire PUB.pem"
        )
    return ExitCode.DONE


def export_one(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Sign a pack with this machine's key.

    Raises:
        GaugerError: no such pack, no key, or a file that cannot be written.
    """
    state = locate(os.environ)
    held = packs(state)
    loaded = _chosen(arguments.pack, held)
    refuse_unsound([loaded], held)
    signer = keystore.existing_key(state, options.passphrases(arguments))
    data = seal_pack(loaded, signer)
    if arguments.output == "-":
        output.raw(data)
        return ExitCode.DONE
    pack = loaded.pack
    path = Path(arguments.output or f"{pack.id}-{pack.version}.pack.json")
    write_atomic(path, data)
    about = _about(loaded, signer.keyid)
    output.json({"schema": "gauger.packs.export/1", "exitCode": 0, "file": str(path), **about})
    output.show(f"{path}: {pack.id} version {pack.version}, signed by {signer.keyid}")
    return ExitCode.DONE


def _chosen(name: str, held: tuple[LoadedPack, ...]) -> LoadedPack:
    if name.endswith(".toml"):
        return read_file(Path(name))
    for item in held:
        if item.pack.id == name:
            return item
    raise UsageError(f"unknown pack {name!r}", "see: gauger packs list, or name a .toml file")


def _about(loaded: LoadedPack, keyid: str) -> dict[str, JsonValue]:
    pack = loaded.pack
    return {"id": pack.id, "version": pack.version, "sha256": loaded.sha256, "keyid": keyid}
