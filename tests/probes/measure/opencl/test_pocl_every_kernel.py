"""Every kernel of ours in every cut, also those for GPUs, compiled and checked by PoCL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gauger_probes.measure.backends.opencl import gallery as galleries
from gauger_probes.measure.backends.opencl import multiply, operand, search, templates
from gauger_probes.measure.backends.opencl.codes import DeviceType
from gauger_probes.measure.backends.opencl.devices import find_devices
from gauger_probes.measure.backends.opencl.engine import OpenClEngine
from gauger_probes.measure.backends.opencl.formats import packed
from gauger_probes.measure.backends.opencl.library import load
from gauger_probes.measure.backends.opencl.search import Way
from gauger_probes.measure.backends.opencl.session import Session
from gauger_probes.measure.backends.opencl.tiles import Tile, tiles
from gauger_probes.measure.backends.protocol import Gallery, Precision, Shape
from gauger_probes.roots import Roots

pytestmark = pytest.mark.system

KINDS = (DeviceType.CPU, DeviceType.GPU)
MULTIPLIED = (Precision.FP32, Precision.FP64, Precision.INT8)
SEARCHED = (Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8)
#: What cl_khr_integer_dot_product does; PoCL 3 has no such extension.
DOT = """
inline int dot_4x8packed_ss_int(uint a, uint b)
{
    const int4 product = convert_int4(as_char4(a)) * convert_int4(as_char4(b));
    return product.x + product.y + product.z + product.w;
}
"""


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def session(request: pytest.FixtureRequest, pocl: OpenClEngine) -> Iterator[Session]:
    """Return PoCL as what it is, and as a GPU, so that the cuts for those run."""
    library = load(Roots())
    for device in find_devices(library, Roots()).devices:
        if device.platform.name == "Portable Computing Language":
            session = Session(library, replace(device, kind=request.param))
            yield session
            session.close()
            return


def cuts(session: Session) -> list[Tile]:
    return list(tiles(session.device, 8))


@pytest.mark.parametrize("precision", MULTIPLIED)
@pytest.mark.parametrize("index", range(5))
def test_every_cut_multiplies_right(
    session: Session, precision: Precision, index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = cuts(session)
    if index >= len(known):
        return
    monkeypatch.setattr(multiply, "tiles", lambda *_: [known[index]])
    multiplier = multiply.Multiplier(session)
    work = multiplier.prepare(precision, Shape(300, 520, 300), index)
    work.check()
    work.close()
    multiplier.close()


def test_operands_whose_rows_repeat_multiply_right(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operand, "_MOST", 512 * 100)
    multiplier = multiply.Multiplier(session)
    for precision in (Precision.FP32, Precision.INT8):
        work = multiplier.prepare(precision, Shape(512, 256, 512), 1)
        assert "rows repeated" in work.method
        work.check()
        work.close()
    multiplier.close()


@pytest.fixture
def with_dot(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the device take the dot products of ``DOT`` for its own."""
    (tmp_path / "dot.cl").write_text(DOT)
    dotted = replace(packed(replace(session.device, dot_accelerated=True)), options="")
    assert dotted.settings["DOT"] == 1
    for module in (multiply, templates):
        monkeypatch.setattr(module, "packed", lambda _: dotted, raising=False)
    monkeypatch.setattr(multiply, "multiplied", lambda *_: dotted)
    for module in (multiply, search):
        build = module.build
        monkeypatch.setattr(
            module,
            "build",
            lambda session, sources, *rest, build=build: build(
                session, (str(tmp_path / "dot.cl"), *sources), *rest
            ),
        )


@pytest.mark.usefixtures("with_dot")
def test_dot_products_multiply_right(session: Session) -> None:
    multiplier = multiply.Multiplier(session)
    work = multiplier.prepare(Precision.INT8, Shape(300, 520, 300), 1)
    assert "cl_khr_integer_dot_product" in work.method
    work.check()
    work.close()
    multiplier.close()


@pytest.mark.usefixtures("with_dot")
def test_dot_products_find_the_best(session: Session) -> None:
    work = search.prepare(session, Precision.INT8, Gallery(5000, 9, 130, 7), 1)
    assert "cl_khr_integer_dot_product" in work.method
    work.check()
    work.close()


@pytest.mark.parametrize("precision", SEARCHED)
@pytest.mark.parametrize("way", [Way(4, 1), Way(4, 8), Way(8, 4), Way(16, 8)], ids=str)
def test_every_way_finds_the_best(
    session: Session, precision: Precision, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "ways", lambda *_: [way])
    work = search.prepare(session, precision, Gallery(5000, 9, 130, 7), 1)
    work.check()
    work.close()


def test_a_gallery_in_several_chunks_is_one_gallery(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "BLOCK", 512)
    small = replace(session.device, max_allocation=1024 * 64 * 4)
    monkeypatch.setattr(session, "device", small)
    work = search.prepare(session, Precision.FP32, Gallery(5000, 2, 64, 32), 1)
    work.check()
    assert "512 templates repeated" in work.method
    work.close()


def test_a_gallery_smaller_than_the_list_fills_it_with_none(session: Session) -> None:
    work = search.prepare(session, Precision.INT8, Gallery(3, 1, 64, 10), 1)
    work.check()
    work.close()


def test_every_precision_that_the_processors_have_is_measured_and_right(
    pocl: OpenClEngine,
) -> None:
    for precision in pocl.precisions():
        work = pocl.gemm(precision, Shape(512, 512, 512), 1)
        assert work.run(2) > 0
        work.check()
        work.close()
