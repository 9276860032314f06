"""The digest of the program follows its code and data, and nothing else in its folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent import self_digest as module


def test_the_digest_changes_with_a_file_of_the_program_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "digested_package"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    data = package / "inner" / "data.toml"
    data.write_text("a = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "_PACKAGES", ("digested_package",))
    before = module.self_digest()
    (package / "notes.txt").write_text("not part of the program")
    assert module.self_digest() == before
    data.write_text("a = 2\n")
    assert module.self_digest() != before
