"""Factory to arrival: two signed manifests of one server, and what happened on the way."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.document import Evidence
from reference.summary import MACHINES, evidence_of
from support.command import gauger
from support.manifests import OPERATOR, TOKEN, sample_manifest

_SPARE = "0000:e1:00.0"
Cards = tuple[Accelerator, ...]


def _numbered(card: Accelerator, number: str) -> Accelerator:
    """The same model with another serial number and UUID."""
    identities = tuple(
        dataclasses.replace(each, serial=each.serial and number, uuid=each.uuid and f"GPU-{number}")
        for each in card.identities
    )
    return dataclasses.replace(card, identities=identities)


def _at(card: Accelerator, address: str) -> Accelerator:
    return dataclasses.replace(card, address=address, id=f"pci-{address}")


def _bare(card: Accelerator) -> Accelerator:
    """Without a driver: four such cards of one model are equal but for their slot."""
    return dataclasses.replace(card, identities=(), driver=None, bound=False)


def _cards(count: int, *, bare: bool = False) -> Cards:
    found = [item for item in _whole().accelerators if item.pci and item.pci.vendor == "10de"]
    return tuple(_bare(card) if bare else card for card in found[:count])


def _whole() -> Evidence:
    return evidence_of(MACHINES / "eight-h100-sxm" / "tree")


_FOUR, _EQUAL = _cards(4), _cards(4, bare=True)
_PAIRS: dict[str, tuple[Cards, Cards, str, str]] = {
    "added": (_FOUR[:3], _FOUR, "added", "removed"),
    "removed": (_FOUR, _FOUR[1:], "removed", "added"),
    "replaced": (_FOUR, (*_FOUR[:3], _numbered(_FOUR[3], "1650000000099")), "replaced", "replaced"),
    "moved": (_FOUR, (*_FOUR[:3], _at(_FOUR[3], _SPARE)), "moved", "moved"),
    "one of four equal": (_EQUAL, (_EQUAL[0], *_EQUAL[2:]), "removed", "added"),
}


def _signed(folder: Path, name: str, cards: Cards, signer: Any) -> Path:
    whole = _whole()
    others = tuple(item for item in whole.accelerators if not item.pci or item.pci.vendor != "10de")
    evidence = dataclasses.replace(whole, accelerators=(*others, *cards))
    path = folder / f"{name}.json"
    path.write_bytes(sample_manifest(signer, evidence=evidence))
    (folder / f"{name}.pem").write_bytes(signer.public_pem())
    return path


@pytest.mark.parametrize("name", _PAIRS)
def test_what_happened_on_the_way_is_told_both_ways_round(name: str, tmp_path: Path) -> None:
    before, after, there, back = _PAIRS[name]
    factory = _signed(tmp_path, "factory", before, OPERATOR)
    arrival = _signed(tmp_path, "arrival", after, TOKEN)
    keys = ("--key", tmp_path / "factory.pem", "--key", tmp_path / "arrival.pem")
    for pair, word in (((factory, arrival), there), ((arrival, factory), back)):
        told = gauger("compare", *pair, *keys, "--json", home=tmp_path / "desk")
        changed = [part for part in told.json["components"] if part["change"] != "same"]
        assert [(part["kind"], part["change"]) for part in changed] == [("accelerator", word)]
        counts = word != "moved"
        assert told.code == (ExitCode.MISMATCH if counts else ExitCode.DONE)
        signers = [side["signers"][0]["label"] for side in told.json["manifests"]]
        assert signers == [path.stem for path in pair]
