"""The stand-ins refuse what NVIDIA's documentation forbids: each test plants one mistake in a call.

So a mistake of that kind in our own code fails here and not first on a device.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gauger_probes.measure.backends.cuda.cublaslt import CublasLt, Handle
from gauger_probes.measure.backends.cuda.cublaslt_abi import DataType, DescAttribute
from gauger_probes.measure.backends.cuda.described import WORKSPACE_BYTES, Operands, Product
from gauger_probes.measure.backends.cuda.driver import Driver
from gauger_probes.measure.backends.cuda.encode import from_bfloat16
from gauger_probes.measure.backends.cuda.formats import FORMATS, NN, TN, Format, Layout
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from support.cuda_stand_in import Machine

SHAPE = Shape(16, 32, 48)
FP8 = FORMATS[Precision.FP8]
FP16 = FORMATS[Precision.FP16]


@dataclass(frozen=True)
class Desk:
    """An opened device, the library on it, and room for operands."""

    machine: Machine
    session: Session
    handle: Handle
    operands: Operands
    closing: ExitStack

    def product(self, form: Format, layout: Layout, shape: Shape = SHAPE) -> Product:
        made = Product(self.handle, form, layout, shape)
        self.closing.callback(made.close)
        return made

    def multiply(self, product: Product, operands: Operands) -> None:
        product.run(product.proposals()[1], operands, self.session.stream)


@pytest.fixture
def desk(machine: Machine) -> Iterator[Desk]:
    driver = Driver(machine.driver)
    with ExitStack() as closing:
        session = Session(driver, driver.facts(0))
        closing.callback(session.close)
        handle = Handle(CublasLt(machine.cublaslt))
        closing.callback(handle.close)
        sizes = (65536, 65536, 65536, WORKSPACE_BYTES, 4)
        memories = [session.allocate(size) for size in sizes]
        for memory in memories:
            closing.callback(memory.close)
        memories[4].fill(np.ones(1, np.float32))
        a, b, result, workspace, scale = (memory.address for memory in memories)
        operands = Operands(a, b, result, workspace, scale)
        yield Desk(machine, session, handle, operands, closing)


def test_nothing_planted_is_accepted(desk: Desk) -> None:
    desk.multiply(desk.product(FP16, NN), desk.operands)
    fp8 = desk.product(FP8, TN)
    fp8.point_scales(desk.operands.scale)
    desk.multiply(fp8, desk.operands)
    assert desk.machine.refused() == []


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ({"a": 8}, "lower boundary than was promised"),
        ({"b": 2}, "lower boundary than was promised"),
        ({"result": 128}, "lower boundary than was promised"),
        ({"a": 65536}, "not all the device's"),
        ({"result": 65536 - 256}, "not all the device's"),
        ({"workspace": 256}, "workspace that is not the device's"),
    ],
)
def test_a_matrix_that_is_misaligned_or_reaches_too_far_is_refused(
    desk: Desk, planted: dict[str, int], why: str
) -> None:
    (name, offset), *_ = planted.items()
    moved = replace(desk.operands, **{name: getattr(desk.operands, name) + offset})
    with pytest.raises(RuntimeError, match="INVALID_VALUE"):
        desk.multiply(desk.product(FP16, NN), moved)
    assert why in desk.machine.refused()[-1]


def test_a_matrix_on_the_host_is_refused(desk: Desk) -> None:
    host = (ctypes.c_uint16 * 4096)()
    moved = replace(desk.operands, b=ctypes.addressof(host))
    with pytest.raises(RuntimeError):
        desk.multiply(desk.product(FP16, NN), moved)


def test_no_workspace_is_refused_for_an_algorithm_that_needs_one(desk: Desk) -> None:
    with pytest.raises(RuntimeError):
        desk.multiply(desk.product(FP16, NN), replace(desk.operands, workspace=0))
    assert "workspace" in desk.machine.refused()[-1]


@pytest.mark.parametrize("precision", [Precision.FP8, Precision.INT8])
def test_a_layout_that_the_type_does_not_know_gets_no_algorithm(
    desk: Desk, precision: Precision
) -> None:
    assert desk.product(FORMATS[precision], NN).proposals() == []
    assert "another layout than TN" in desk.machine.refused()[-1]


@pytest.mark.parametrize(
    ("precision", "shape"),
    [
        (Precision.FP8, Shape(16, 32, 40)),
        (Precision.FP8, Shape(24, 32, 48)),
        (Precision.FP8, Shape(16, 24, 48)),
        (Precision.INT8, Shape(16, 32, 50)),
        (Precision.INT8, Shape(18, 32, 48)),
    ],
)
def test_sides_that_the_type_does_not_allow_get_no_algorithm(
    desk: Desk, precision: Precision, shape: Shape
) -> None:
    assert desk.product(FORMATS[precision], TN, shape).proposals() == []
    assert "multiple" in desk.machine.refused()[-1]


@pytest.mark.parametrize(
    "form",
    [
        replace(FP16, result=DataType.R_64F),
        replace(FP16, element=DataType.R_64F),
        replace(FP16, scale=DataType.R_64F),
        replace(FP8, result=DataType.R_32I),
        replace(FORMATS[Precision.INT8], scale=DataType.R_32F),
    ],
)
def test_types_that_do_not_go_together_get_no_algorithm(desk: Desk, form: Format) -> None:
    assert desk.product(form, TN).proposals() == []
    assert "do not go together" in desk.machine.refused()[-1]


def test_a_transposition_told_of_one_operand_alone_is_refused(desk: Desk) -> None:
    product = desk.product(FP16, NN)
    product._set(DescAttribute.TRANSA, ctypes.c_int32(1))
    with pytest.raises(RuntimeError):
        product.proposals()
    assert "sides differ" in desk.machine.refused()[-1]


def test_an_attribute_of_the_wrong_size_is_refused(desk: Desk) -> None:
    product = desk.product(FP16, NN)
    with pytest.raises(RuntimeError):
        product._set(DescAttribute.TRANSA, ctypes.c_void_p(1))
    with pytest.raises(RuntimeError):
        product._set(DescAttribute.A_SCALE_POINTER, ctypes.c_int32(1))


def test_scales_of_a_type_that_has_none_are_refused(desk: Desk) -> None:
    product = desk.product(FP16, TN)
    product.point_scales(desk.operands.scale)
    with pytest.raises(RuntimeError):
        product.proposals()


def test_both_operands_of_fp8_are_multiplied_by_their_scale(desk: Desk) -> None:
    operands = desk.operands
    for address, code in ((operands.a, 0x38), (operands.b, 0x40)):  # 1 and 2
        ones = np.full(SHAPE.k * SHAPE.n, code, np.uint8)
        call = desk.session.driver.call
        call("cuMemcpyHtoD_v2", address, ones.ctypes.data, ones.nbytes)
    two = np.full(1, 2, np.float32)
    call("cuMemcpyHtoD_v2", operands.scale, two.ctypes.data, two.nbytes)
    call("cuStreamSynchronize", None)
    product = desk.product(FP8, TN)
    product.point_scales(operands.scale)
    desk.multiply(product, operands)
    call("cuStreamSynchronize", desk.session.stream)
    found = np.zeros(4, np.uint16)
    call("cuMemcpyDtoH_v2", found.ctypes.data, operands.result, found.nbytes)
    assert from_bfloat16(found).tolist() == [2 * 2 * 1 * 2 * SHAPE.k] * 4


def test_scales_on_the_host_are_refused(desk: Desk) -> None:
    product = desk.product(FP8, TN)
    one = ctypes.c_float(1)
    product.point_scales(ctypes.addressof(one))
    with pytest.raises(RuntimeError):
        product.proposals()
    assert "scale of A" in desk.machine.refused()[-1]


def test_an_algorithm_of_another_product_is_refused(desk: Desk) -> None:
    other = desk.product(FP16, TN).proposals()[0]
    with pytest.raises(RuntimeError):
        desk.product(FP16, NN).run(other, desk.operands, desk.session.stream)
    assert "another product" in desk.machine.refused()[-1]


def test_the_default_stream_is_refused(desk: Desk) -> None:
    product = desk.product(FP16, NN)
    with pytest.raises(RuntimeError):
        product.run(product.proposals()[0], desk.operands, None)


def _unwaited_upload(desk: Desk) -> None:
    call, operands = desk.session.driver.call, desk.operands
    call("cuMemcpyDtoDAsync_v2", operands.a, operands.b, 64, None)
    desk.multiply(desk.product(FP16, NN), operands)


def _unwaited_result(desk: Desk) -> None:
    desk.multiply(desk.product(FP16, NN), desk.operands)
    host = (ctypes.c_uint8 * 4)()
    desk.session.driver.call("cuMemcpyDtoH_v2", ctypes.addressof(host), desk.operands.result, 4)


@pytest.mark.parametrize("racing", [_unwaited_upload, _unwaited_result])
def test_work_that_races_with_a_stream_is_refused(
    desk: Desk, racing: Callable[[Desk], None]
) -> None:
    with pytest.raises(RuntimeError):
        racing(desk)
    desk.session.driver.call("cuStreamSynchronize", None)


def test_a_device_that_nobody_chose_is_refused(machine: Machine) -> None:
    driver = Driver(machine.driver)
    with pytest.raises(Exception, match="cuMemAlloc_v2: CUDA error 201"):
        driver.call("cuMemAlloc_v2", ctypes.byref(ctypes.c_uint64()), 4)


def test_the_library_is_not_opened_without_a_device(machine: Machine) -> None:
    Driver(machine.driver)
    with pytest.raises(Exception, match=r"cublasLtCreate: .*\(1\)"):
        Handle(CublasLt(machine.cublaslt))


def test_what_no_device_can_do_is_not_native(desk: Desk) -> None:
    desk.machine.tell(fail__cublasLtMatmul=15)
    with pytest.raises(NotNativeError):
        desk.multiply(desk.product(FP16, NN), desk.operands)
    desk.machine.tell(fail__cublasLtMatmul=8)
    with pytest.raises(NotNativeError):
        desk.multiply(desk.product(FP16, NN), desk.operands)
    desk.machine.tell(fail__cublasLtMatmul=3)
    with pytest.raises(MemoryError):
        desk.multiply(desk.product(FP16, NN), desk.operands)
