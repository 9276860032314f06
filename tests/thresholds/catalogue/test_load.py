"""Catalogue files are read strictly: every row that cannot be used is named, with what to do."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.load import CatalogueError, built_in, built_in_files, parse
from gauger_thresholds.catalogue.model import Kind, Segment

ROW = """
[[device]]
id = "maker/one"
name = "One"
kind = "gpu"
pci = ["10de:2235", "8086:1902-193d"]
usb = ["1a6e:089a"]
units = 84
unitKind = "sm"
boostMHz = 1740
rates = { fp16 = 149.7 }
dieMm2 = 628.4
memoryGBs = 696
linkGBs = 112.5
hostGBs = 64
segment = "datacenter"
segmentSource = "its name"
source = "sheet"
grade = "text"
"""
CPU = """
[[cpu]]
id = "maker/core"
name = "Core"
architecture = "x86"
vendor = "GenuineIntel"
families = [6]
models = ["0f", "16-17"]
steppings = "0-4"
bitsPerCycle = { low = 512, high = 1024 }
fp64PerCycle = 16
maxCores = 4
clockCeilingGHz = 3.8
source = "sheet"
grade = "text"
"""


def test_a_row_leaves_in_base_units() -> None:
    (device,) = parse({"a.toml": ROW.encode()}).devices
    assert (device.kind, device.segment) == (Kind.GPU, Segment.DATACENTER)
    assert device.rates["fp16"].interval.low == 149.65e12
    assert device.boost_hz == 1.74e9
    assert device.memory_bandwidth is not None
    assert device.memory_bandwidth.interval.high == 696.5e9
    assert [(item.bus, item.first, item.last) for item in device.patterns] == [
        ("pci", "2235", "2235"),
        ("pci", "1902", "193d"),
        ("usb", "089a", "089a"),
    ]


def test_links_are_exact_and_the_host_bus_may_count_beside_them() -> None:
    (device,) = parse({"a.toml": ROW.encode()}).devices
    assert device.io_bandwidth is not None
    interval = device.io_bandwidth.interval
    assert (interval.low, interval.high) == (112.5e9, 176.5e9)


def test_a_processor_row_reads_its_ranges() -> None:
    (cpu,) = parse({"a.toml": CPU.encode()}).cpus
    assert cpu.models == ((0x0F, 0x0F), (0x16, 0x17))
    assert cpu.steppings == (0, 4)
    assert (cpu.bits_per_cycle.interval.low, cpu.fp64_per_cycle.interval.high) == (512, 16)
    assert cpu.clock_ceiling_hz == 3.8e9


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('name = "One"', "", "'name' is missing"),
        ('kind = "gpu"', 'kind = "cpu"', "'kind' is 'cpu': use one of gpu"),
        ("fp16 =", "fp17 =", "'fp17' is not a precision"),
        ("10de:2235", "10DE:2235", "'10DE:2235' is not an id"),
        ("10de:2235", "2235", "'2235' is not an id"),
        ("1902-193d", "193d-1902", "ends before it begins"),
        ("boostMHz", "boostMhz", "'boostMhz' is not a key"),
        ("units = 84", "units = 0", "whole number above 0"),
        ("maker/one", "One", "must read vendor/product"),
        ('grade = "text"', 'grade = "sure"', "use one of text"),
        ("memoryGBs = 696", "memoryGBs = 696\nmemoryTBs = 0.7", "state one figure twice"),
        ('usb = ["1a6e:089a"]', "usb = 7", "must be a list of texts"),
        ("rates = { fp16 = 149.7 }", "rates = 3", "must be a table"),
        ('segment = "datacenter"', "segment = 1", "must be a text"),
        ("dieMm2 = 628.4", "planar = 1", "must be true or false"),
    ],
)
def test_a_faulty_device_row_is_named_with_its_file(wrong: str, right: str, message: str) -> None:
    assert wrong in ROW
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": ROW.replace(wrong, right).encode()})
    assert str(caught.value).startswith("a.toml: device ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('"0f"', '"xx"', "must be one number or a range"),
        ('architecture = "x86"', 'architecture = "vax"', "is not an architecture"),
        ("fp64PerCycle = 16", "", "'fp64PerCycle' is missing"),
        ("families = [6]", 'families = ["6"]', "must be a list of whole numbers"),
        ('steppings = "0-4"', 'steppings = "x"', "must be one number or a range"),
    ],
)
def test_a_faulty_processor_row_is_named_with_its_file(
    wrong: str, right: str, message: str
) -> None:
    assert wrong in CPU
    with pytest.raises(CatalogueError, match=r"a\.toml: cpu maker/core: ") as caught:
        parse({"a.toml": CPU.replace(wrong, right).encode()})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "a.toml: not a TOML file"),
        (b"id = ", "a.toml: not a TOML file"),
        (b"device = 3", "a.toml: 'device' must be a list of tables"),
        (b"device = [3]", "a.toml: device 1: not a table"),
        (b"[[devices]]", "a.toml: 'devices' is not a section"),
        (b"[sources]\na = 3", "a.toml: 'a' must be a text"),
        (b"[clockCeilings]\nx86-server = 'fast'", "'x86-server' must be a number"),
        (b"[[isa]]\narchitecture = 'x86'\nflag = 'avx'\nsource = 's'", "must both be there"),
    ],
)
def test_a_file_of_another_shape_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": content})
    assert message in str(caught.value)


def test_all_faults_are_reported_at_once() -> None:
    content = ROW.replace('name = "One"', "") + CPU.replace("fp64PerCycle = 16", "")
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": content.encode(), "b.toml": b"="})
    assert len(str(caught.value).splitlines()) == 3


def test_an_id_may_not_be_used_twice() -> None:
    with pytest.raises(CatalogueError, match=r"b\.toml: maker/one: the id is in a\.toml already"):
        parse({"a.toml": ROW.encode(), "b.toml": ROW.encode()})


def test_a_file_beyond_the_limit_is_not_read() -> None:
    with pytest.raises(CatalogueError, match="more than"):
        parse({"a.toml": b"#" * (2 * 1024 * 1024 + 1)})


def test_the_built_in_catalogue_is_whole_and_read_once() -> None:
    catalogue = built_in()
    assert built_in() is catalogue
    assert {"nvidia.toml", "amd.toml", "intel.toml", "cpu.toml"} <= built_in_files().keys()
    assert {kind for row in catalogue.devices for kind in [row.kind]} == set(Kind)
    assert catalogue.cpus
    assert catalogue.ceilings


CAMERA = """
[[camera]]
id = "maker/camera"
name = "A camera"
kind = "thermal"
usb = ["1e4e:0100"]
arrays = ["small"]
source = "s"
grade = "secondary"
[[thermalArray]]
name = "small"
width = 160
height = 120
telemetryRows = 2
doubled = true
source = "s"
grade = "secondary"
"""


def test_cameras_and_thermal_arrays_are_read() -> None:
    catalogue = parse({"cameras.toml": CAMERA.encode()})
    assert catalogue.cameras[0].patterns[0].vendor == "1e4e"
    frames = {(160, 120), (160, 122), (160, 240)}
    assert catalogue.thermal_arrays[0].frames() == frames


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('kind = "thermal"', 'kind = "hot"'), "camera maker/camera: 'kind' is 'hot'"),
        (("1e4e:0100", "1E4E:0100"), "camera maker/camera: '1E4E:0100' is not an id"),
        (("width = 160\n", ""), "thermalArray small: 'width' is missing"),
        (("height = 120", "height = 0"), "thermalArray small: 'height' must be a whole number"),
        (('usb = ["', 'pci = ["'), "camera maker/camera: 'pci' is not a key"),
        (('kind = "thermal"\n', 'kind = "thermal"\nmood = "x"\n'), "'mood' is not a key"),
    ],
)
def test_a_camera_row_of_another_shape_is_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse({"a.toml": CAMERA.replace(*change).encode()})
    assert message in str(caught.value)
