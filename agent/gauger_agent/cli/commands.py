"""The table of commands: one line of text each, so that ``--help`` imports none of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command's name, its module (with ``configure`` and ``main``), and its one-line help."""

    name: str
    module: str
    help: str


COMMANDS: tuple[Command, ...] = (
    Command("run", "gauger_agent.cli.run", "probe, judge, sign and write the manifest"),
    Command("probe", "gauger_agent.cli.probe", "probe and print evidence only"),
    Command("verify", "gauger_agent.cli.verify", "check a manifest and judge it anew"),
    Command("compare", "gauger_agent.cli.compare", "say what changed between two manifests"),
    Command(
        "countersign", "gauger_agent.cli.countersign", "add this machine's signature to a manifest"
    ),
    Command("challenge", "gauger_agent.cli.challenge", "print a nonce for a machine to bind"),
    Command("export", "gauger_agent.cli.export", "write a manifest in another tool's form"),
    Command("packs", "gauger_agent.cli.packs", "list, show and check rule packs"),
    Command("catalogue", "gauger_agent.cli.catalogue", "list, show and check device figures"),
    Command("keys", "gauger_agent.cli.keys", "make, export, list and retire signing keys"),
)
