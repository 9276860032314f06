"""The table of signers and the modules that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent import sign
from gauger_agent.errors import UsageError
from gauger_agent.sign.file_key import create
from gauger_agent.sign.registry import SIGNERS, load_signer


def test_every_signers_module_is_in_the_table_and_every_line_has_its_module() -> None:
    files = {path.stem for path in Path(sign.__path__[0]).glob("*_key.py")}
    listed = {spec.target.partition(":")[0].rpartition(".")[2] for spec in SIGNERS}
    assert listed == files


def test_every_signer_in_the_table_can_be_loaded(tmp_path: Path) -> None:
    keyid = create(tmp_path / "key").keyid
    assert load_signer("file", tmp_path / "key").keyid == keyid


def test_an_unknown_kind_of_signer_is_told_which_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        load_signer("cloud", Path("x"))
    assert "file" in refused.value.advice
