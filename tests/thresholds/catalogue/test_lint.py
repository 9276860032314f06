"""The linter finds each planted fault, and none in what ships."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.lint import problems, problems_of_built_in

GOOD = """
[[device]]
id = "maker/one"
name = "One"
kind = "gpu"
pci = ["10de:2235"]
units = 84
unitKind = "sm"
boostMHz = 1740
rates = { fp16 = 149.7 }
dieMm2 = 628.4
segment = "datacenter"
segmentSource = "its name"
source = "sheet"
grade = "text"

[[device]]
id = "maker/family"
name = "Family"
kind = "gpu"
pci = ["10de:2200-22ff"]
tppBound = 2600
source = "sheet"
grade = "derived"
note = "84 × 16,384 × 1.9"

[[cpu]]
id = "maker/core"
name = "Core"
architecture = "x86"
families = [6]
bitsPerCycle = 1024
fp64PerCycle = 16
maxCores = 4
clockCeilingGHz = 3.8
source = "sheet"
grade = "text"

[sources]
sheet = "A sheet"
"""
TWIN = """
[[device]]
id = "maker/twin"
name = "Twin"
kind = "display"
pci = ["{ids}"]
source = "sheet"
grade = "text"
"""


def test_what_ships_has_no_problem() -> None:
    assert problems_of_built_in() == []


def test_a_good_catalogue_has_no_problem() -> None:
    assert problems({"a.toml": GOOD.encode()}) == []


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('name = "One"', 'name = "One"\ncolour = "red"', "'colour' is not a key"),
        ('pci = ["10de:2235"]', 'pci = ["10de:22g5"]', "is not an id"),
        ('pci = ["10de:2235"]', "", "it has no ids"),
        (
            'source = "sheet"\ngrade = "text"\n\n[[device]]',
            'grade = "text"\n\n[[device]]',
            "source",
        ),
        ('source = "sheet"\ngrade = "derived"', 'source = "sheet"', "'grade' is missing"),
        ('segmentSource = "its name"\n', "", "segment and segmentSource go together"),
        ('unitKind = "sm"\n', "", "units and unitKind go together"),
        ("rates = { fp16 = 149.7 }", "rates = { fp16 = 149700 }", "is not believable"),
        ("rates = { fp16 = 149.7 }", "rates = { fp16 = 3000 }", "is far from the"),
        ("rates = { fp16 = 149.7 }", "rates = { fp16 = 14 }", "is far from the"),
        ("rates = { fp16 = 149.7 }", "", "states neither rates nor tppBound"),
        ("rates = { fp16 = 149.7 }", "rates = { fp16 = 149.7 }\ntppBound = 9", "keep the rates"),
        ("dieMm2 = 628.4", "dieMm2 = 62840", "a die of 62840 mm² is not believable"),
        ("boostMHz = 1740", "boostMHz = 1.74", "boostMHz is in MHz"),
        ('note = "84 × 16,384 × 1.9"', "", "a bound must show its reckoning"),
        ("fp64PerCycle = 16", "fp64PerCycle = 32", "exceeds bitsPerCycle"),
        ("clockCeilingGHz = 3.8", "clockCeilingGHz = 38", "is not believable"),
        ("maxCores = 4\n", "", "maxCores is missing"),
        ("families = [6]\n", "", "nothing identifies it"),
        ('sheet = "A sheet"', 'other = "Another"', "source 'sheet' is not in [sources]"),
        ('sheet = "A sheet"', 'sheet = "A sheet"\nother = "x"', "no row uses this source"),
        ('id = "maker/family"', 'id = "maker/one"', "the id is in a.toml already"),
    ],
)
def test_each_planted_fault_is_found(wrong: str, right: str, message: str) -> None:
    assert wrong in GOOD
    found = problems({"a.toml": GOOD.replace(wrong, right, 1).encode()})
    assert any(message in text for text in found), found


def test_a_display_that_claims_a_rate_is_found() -> None:
    faulty = GOOD.replace('kind = "gpu"', 'kind = "display"', 1)
    (problem,) = problems({"a.toml": faulty.encode()})
    assert problem == (
        "a.toml: maker/one: a device of kind display computes nothing: remove its rates and bound"
    )


def test_one_id_in_two_rows_without_a_word_about_it_is_found() -> None:
    (problem,) = problems({"a.toml": (GOOD + TWIN.format(ids="10de:2235")).encode()})
    assert "10de:2235 is in maker/twin too" in problem


def test_ranges_that_cut_each_other_are_found() -> None:
    (problem,) = problems({"a.toml": (GOOD + TWIN.format(ids="10de:22f0-230f")).encode()})
    assert "overlap without one holding the other" in problem


@pytest.mark.parametrize("ids", ["10de:2210-221f", "10de:*", "10de:2235:10de:0001", "1002:2235"])
def test_nested_patterns_are_no_problem(ids: str) -> None:
    assert problems({"a.toml": (GOOD + TWIN.format(ids=ids)).encode()}) == []


def test_all_problems_are_reported_at_once() -> None:
    faulty = GOOD.replace("maxCores = 4\n", "").replace('unitKind = "sm"\n', "")
    assert len(problems({"a.toml": faulty.encode()})) == 2


def test_a_camera_row_that_names_an_unknown_array_is_found() -> None:
    row = """
[[camera]]
id = "maker/camera"
name = "A camera"
kind = "nearInfrared"
usb = []
arrays = ["gone"]
source = "s"
grade = "secondary"
[sources]
s = "a source"
"""
    found = problems({"a.toml": row.encode()})
    assert found == [
        "a.toml: maker/camera: nothing identifies it: add usb",
        "a.toml: maker/camera: array 'gone' is not in [[thermalArray]]: add it",
        "a.toml: maker/camera: a camera of kind nearInfrared has no thermal array: remove arrays",
    ]
