"""Declared figures: read strictly, put where they belong, and never taken for what was read."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from gauger_agent.declare import MAX_FILE, apply, read
from gauger_agent.errors import InputUnreadable, UsageError
from support.machines import machine

GOOD = """
[[device]]
device = "0000:01:00.0"
rates = { fp16 = 149.7, int8 = 300 }
dieMm2 = 600
memoryGBs = 2000
linkGBs = 600
source = "X100 datasheet, page 2"
"""


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "declared.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_figures_keep_their_digits_units_and_source(tmp_path: Path) -> None:
    (found,) = read(_file(tmp_path, GOOD))
    assert {item.basis for item in found.figures} == {"declared"}
    assert {item.source for item in found.figures} == {"declared: X100 datasheet, page 2"}
    fp16, int8, die, memory, link = found.figures
    assert (fp16.low, fp16.high, fp16.unit) == (149.65e12, 149.75e12, "FLOP/s")
    assert (int8.precision, int8.unit) == ("int8", "OP/s")
    assert (die.quantity, die.unit, die.value) == ("dieArea", "mm²", 600)
    assert (memory.value, link.value) == (2000e9, 600e9)


@pytest.mark.parametrize("device", ["0000:01:00.0", "dead:beef"])
def test_a_device_is_meant_by_its_address_or_by_its_ids(tmp_path: Path, device: str) -> None:
    declared = read(_file(tmp_path, GOOD.replace("0000:01:00.0", device)))
    first, second = apply(machine("dead:beef", "10de:1eb8"), declared).accelerators
    assert len(first.rated) == 5
    assert second.rated == ()


def test_a_slice_is_never_meant_by_the_ids_of_its_package(tmp_path: Path) -> None:
    declared = read(_file(tmp_path, GOOD.replace("0000:01:00.0", "dead:beef")))
    evidence = machine("dead:beef", "dead:beef")
    first, second = evidence.accelerators
    both = (first, dataclasses.replace(second, parent=first.id))
    whole, part = apply(dataclasses.replace(evidence, accelerators=both), declared).accelerators
    assert whole.rated
    assert part.rated == ()


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputUnreadable):
        read(tmp_path / "pipe")


def test_a_declaration_that_fits_nothing_names_what_there_is(tmp_path: Path) -> None:
    declared = read(_file(tmp_path, GOOD.replace("01:00", "99:00")))
    with pytest.raises(UsageError, match=r"no accelerator '0000:99:00.0'.*0000:01:00.0"):
        apply(machine("dead:beef"), declared)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("fp16 = 149.7", "fp15 = 149.7"), "'fp15' is not a precision"),
        (("fp16 = 149.7", "fp16 = -1"), "above 0"),
        (("fp16 = 149.7", "fp16 = 1e400"), "too large"),
        (("fp16 = 149.7", "fp16 = nan"), "above 0"),
        (("dieMm2", "dieMm3"), "'dieMm3' is not a key"),
        (("source =", "# source ="), "'source' is missing"),
        (("[[device]]", "[device]"), r"write \[\[device\]\]"),
        (("[[device]]", "[[gadget]]"), "'gadget' is not a key"),
        (("rates =", "= ="), "not a TOML file"),
    ],
)
def test_a_bad_file_gets_one_line_that_says_what_is_wrong(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read(_file(tmp_path, GOOD.replace(*change)))
    assert "\n" not in caught.value.message.strip()


def test_a_declaration_without_a_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="declares nothing"):
        read(_file(tmp_path, '[[device]]\ndevice = "0000:01:00.0"\nsource = "none"\n'))


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"#" * (MAX_FILE + 1), b"", b"device = 3"])
def test_what_is_no_declaration_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(UsageError):
        read(_file(tmp_path, raw))


def test_a_file_that_is_not_there_is_an_unreadable_input(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable):
        read(tmp_path / "nothing.toml")
