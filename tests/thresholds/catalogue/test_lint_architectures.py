"""The linter finds faults of architectures, and rates that do not follow from units and clock."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.lint import problems

GOOD = """
[[device]]
id = "maker/one"
name = "One"
kind = "gpu"
pci = ["10de:2684"]
called = ["One"]
architecture = "maker/arch"
functions = 2
units = 128
unitKind = "sm"
boostMHz = 2520
accumulate = "fp16"
rates = { fp16 = 330.3, int8 = 660.6 }
wide = { fp16 = 165.2 }
memoryGB = 24
source = "sheet"
grade = "text"

[[device]]
id = "maker/cut"
name = "Cut"
kind = "gpu"
pci = ["10de:2685"]
architecture = "maker/arch"
units = 128
unitKind = "sm"
boostMHz = 2520
fused = "its maker limits it"
rates = { fp16 = 150 }
source = "sheet"
grade = "text"

[[architecture]]
id = "maker/arch"
name = "Arch"
targets = ["sm_89", "sm_88"]
unitKind = "sm"
perClock = { fp16 = 1024, int8 = 2048 }
wide = { fp16 = 512 }
source = "table"
grade = "text"

[[architecture]]
id = "maker/other"
name = "Other"
targets = ["sm_90"]
unitKind = "sm"
perClock = { fp16 = 4096 }
source = "table"
grade = "text"

[sources]
sheet = "A sheet"
table = "A table"
"""


def test_a_good_catalogue_has_no_problem() -> None:
    assert problems({"a.toml": GOOD.encode()}) == []


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('architecture = "maker/arch"', 'architecture = "maker/none"', "'maker/none' is not in"),
        ("functions = 2", "functions = 3", "128 units cannot be spread over 3 functions"),
        ("memoryGB = 24", "memoryGB = 24576", "a memory of 2.46e+04 GB is not believable"),
        ("memoryGB = 24", "memoryGB = 0.024", "is not believable: memoryGB is in GB"),
        ('called = ["One"]', 'called = ["-"]', "a name in called has no letter"),
        ("{ fp16 = 165.2 }", "{ fp16 = 330.3 }", "wide fp16 is for a lower rate"),
        ("{ fp16 = 165.2 }", "{ fp8 = 330.3 }", "wide states fp8 and rates does not"),
        ('accumulate = "fp16"', 'accumulate = "fp32"', "wide fp16 is for a lower rate"),
        ("fp16 = 330.3, int8 = 660.6", "fp16 = 660.6", "is not the 5,285 that 128 sm"),
        ("fp16 = 330.3, int8 = 660.6", "fp16 = 300", "is not the 5,285 that 128 sm"),
        ("fp16 = 330.3, int8 = 660.6", "fp16 = 311", "is not the 5,285 that 128 sm"),
        ("fp16 = 330.3, int8 = 660.6", "fp16 = 350", "is not the 5,285 that 128 sm"),
        ("boostMHz = 2520", "boostMHz = 2700", "check them, or add fused"),
        ("rates = { fp16 = 150 }", "rates = { fp16 = 330 }", "remove fused"),
        ('fused = "its maker limits it"\n', "", "check them, or add fused"),
        ('unitKind = "sm"', 'unitKind = "cu"', "its units are cu, maker/arch counts sm"),
        ("perClock = { fp16 = 4096 }\n", "", "maker/other: perClock is missing"),
        ('targets = ["sm_90"]\n', "", "maker/other: nothing names it"),
        ('"sm_90"', '"sm_89"', "maker/other: target 'sm_89' is maker/arch's already"),
        ("wide = { fp16 = 512 }", "wide = { fp16 = 1024 }", "wide fp16 is not lower"),
        ("wide = { fp16 = 512 }", "wide = { fp4 = 9 }", "wide fp4 is not lower"),
        ('table = "A table"\n', "", "source 'table' is not in [sources]"),
        ('id = "maker/other"', 'id = "maker/one"', "the id is in a.toml already"),
        ("{ fp16 = 165.2 }", '{ fp16 = { value = 165.2, source = "x" } }', "source 'x' is not in"),
    ],
)
def test_each_planted_fault_is_found(wrong: str, right: str, message: str) -> None:
    assert wrong in GOOD
    found = problems({"a.toml": GOOD.replace(wrong, right, 1).encode()})
    assert len(found) == 1, found
    assert message in found[0]


def test_a_rate_within_a_twentieth_of_units_times_clock_is_no_problem() -> None:
    near = GOOD.replace("fp16 = 330.3, int8 = 660.6", "fp16 = 316, int8 = 632")
    assert problems({"a.toml": near.encode()}) == []


TWIN = """
[[device]]
id = "maker/twin"
name = "Twin"
kind = "display"
pci = ["{ids}"]
source = "sheet"
grade = "text"
"""


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        ("10de:2684@c8", "10de:2684@c8", True),
        ("10de:2684@c8", "10de:2684@c9", False),
        ("10de:2684@c8", "10de:2684", False),
        ("10de:2684:10de:0001", "10de:2684@c8", False),
        ("10de:2684:10de:0001@c8", "10de:2684:10de:0001@c8", True),
        ("10de:2684:10de:0001@c8", "10de:2684:10de:0002@c8", False),
        ("10de:2684:10de:0001", "10de:2684:1028:0001", False),
    ],
)
def test_one_revision_or_subsystem_in_two_rows_collides(
    first: str, second: str, collide: bool
) -> None:
    rows = GOOD.replace("10de:2684", first, 1) + TWIN.format(ids=second)
    found = problems({"a.toml": rows.encode()})
    assert any(f"{first} is in maker/twin too" in text for text in found) is collide
    assert bool(found) is collide
