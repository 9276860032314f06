"""What a row says of units, memory and accumulation, and what an architecture's row says."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.load import CatalogueError, parse

FULL = """
[[device]]
id = "maker/one"
name = "One"
kind = "gpu"
called = ["RTX One", "One"]
architecture = "maker/arch"
functions = 2
fused = "its maker limits it"
accumulate = "fp16"
rates = { tf32 = 75, fp16 = 149.7, int8 = 299, fp4 = { value = 9, accumulate = "fp32" } }
wide = { fp16 = 74.8 }
process = "TSMC 4N"
memoryGB = [40, 80.5]
source = "sheet"
grade = "text"
"""
BARE = """
[[device]]
id = "maker/one"
name = "One"
kind = "gpu"
pci = ["10de:2235"]
rates = { fp16 = 149.7 }
source = "sheet"
grade = "text"
"""
ARCHITECTURE = """
[[architecture]]
id = "maker/arch"
name = "Arch"
targets = ["sm_90"]
driverNames = ["Arch"]
unitKind = "sm"
partKind = "cudaCore"
partsPerUnit = 128
perClock = { fp16 = 4096, fp8 = 8192 }
wide = { fp16 = 2048 }
clockScale = 0.924
source = "sheet"
grade = "text"
note = "a note"
"""


def test_a_row_states_its_architecture_memory_and_functions() -> None:
    (device,) = parse({"a.toml": FULL.encode()}).devices
    assert device.called == ("RTX One", "One")
    assert (device.architecture, device.functions) == ("maker/arch", 2)
    assert (device.fused, device.process) == ("its maker limits it", "TSMC 4N")
    assert device.memory_bytes == (40 * 2**30, 161 * 2**29)


def test_a_row_without_them_is_one_function_of_unknown_memory() -> None:
    (device,) = parse({"a.toml": BARE.encode()}).devices
    assert (device.architecture, device.memory_bytes, device.functions) == (None, (), 1)
    assert (device.fused, device.process, device.called) == (None, None, ())
    assert not device.wide_rates
    assert device.rates["fp16"].accumulate is None


def test_a_rows_accumulation_counts_for_short_floating_rates_alone() -> None:
    (device,) = parse({"a.toml": FULL.encode()}).devices
    accumulates = {name: figure.accumulate for name, figure in device.rates.items()}
    assert accumulates == {"tf32": None, "fp16": "fp16", "int8": None, "fp4": "fp32"}
    assert device.wide_rates["fp16"].accumulate == "fp32"
    assert device.wide_rates["fp16"].interval.middle == 74.8e12


def test_an_architecture_row_is_read_whole() -> None:
    (row,) = parse({"a.toml": ARCHITECTURE.encode()}).architectures
    assert (row.id, row.name, row.targets, row.driver_names) == (
        "maker/arch",
        "Arch",
        ("sm_90",),
        ("Arch",),
    )
    assert (row.unit_kind, row.part_kind, row.parts_per_unit) == ("sm", "cudaCore", 128)
    assert row.per_clock == {"fp16": 4096.0, "fp8": 8192.0}
    assert row.wide_per_clock == {"fp16": 2048.0}
    assert (row.clock_scale, row.note) == (0.924, "a note")


def test_matrix_units_run_at_the_maximum_clock_unless_a_scale_is_stated() -> None:
    plain = ARCHITECTURE.replace("clockScale = 0.924\n", "")
    assert parse({"a.toml": plain.encode()}).architectures[0].clock_scale == 1.0


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('"sm_90"', "90", "'targets' must be a list of texts"),
        ("fp16 = 4096", "fp17 = 4096", "'fp17' is not a precision"),
        ("fp16 = 4096", "fp16 = 0", "'fp16' must be a number above 0"),
        ("clockScale = 0.924", "clockScale = 1.01", "at most 1"),
        ("partsPerUnit = 128\n", "", "'partKind' and 'partsPerUnit' go together"),
        ('unitKind = "sm"\n', "", "'unitKind' is missing"),
        ('grade = "text"\n', "", "'grade' is missing"),
        ("maker/arch", "Arch", "must read vendor/product"),
        ('note = "a note"', 'mood = "a note"', "'mood' is not a key"),
    ],
)
def test_a_faulty_architecture_row_is_named_with_its_file(
    wrong: str, right: str, message: str
) -> None:
    assert wrong in ARCHITECTURE
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": ARCHITECTURE.replace(wrong, right, 1).encode()})
    assert str(caught.value).startswith("a.toml: architecture ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('"maker/arch"', '"Arch"', "the architecture 'Arch' must read"),
        ("[40, 80.5]", "[80, 40]", "a list of sizes that grows"),
        ("[40, 80.5]", "[40, 40]", "a list of sizes that grows"),
        ("[40, 80.5]", "[]", "a list of sizes that grows"),
        ("[40, 80.5]", '"40"', "'memoryGB' must be a number above 0"),
        ("functions = 2", "functions = 0", "whole number above 0"),
        ('accumulate = "fp16"', 'accumulate = "fp8"', "'accumulate' is 'fp8': use one of fp16"),
        ("int8 = 299", 'int8 = { value = 299, accumulate = "fp32" }', "no choice of accumulation"),
        ("{ fp16 = 74.8 }", "{ fp17 = 74.8 }", "'fp17' is not a precision"),
    ],
)
def test_a_faulty_new_key_is_named_with_its_file(wrong: str, right: str, message: str) -> None:
    assert wrong in FULL
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": FULL.replace(wrong, right, 1).encode()})
    assert str(caught.value).startswith("a.toml: device maker/one: ")
    assert message in str(caught.value)


def test_a_revision_narrows_an_id_or_a_subsystem() -> None:
    text = BARE.replace('"10de:2235"', '"1002:744c@c8", "1002:744c:1002:0e3b@cc"')
    (device,) = parse({"a.toml": text.encode()}).devices
    narrow = [(item.subsystem_device, item.revision) for item in device.patterns]
    assert narrow == [(None, "c8"), ("0e3b", "cc")]


@pytest.mark.parametrize("ids", ["1002:744c@", "1002:744c@C8", "1002:744c@c", "1002:7400-744c@c8"])
def test_a_misspelt_revision_is_refused(ids: str) -> None:
    with pytest.raises(CatalogueError, match="is not an id"):
        parse({"a.toml": BARE.replace("10de:2235", ids).encode()})


@pytest.mark.parametrize("ids", ["1a6e:089a@01", "1a6e:089a:1a6e:0001"])
def test_a_usb_id_has_nothing_to_narrow_it(ids: str) -> None:
    row = BARE.replace('pci = ["10de:2235"]', f'usb = ["{ids}"]')
    with pytest.raises(CatalogueError, match="a USB id has no subsystem or revision"):
        parse({"a.toml": row.encode()})
