"""The stand-in refuses launches that a device would get wrong: each test plants one mistake."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gauger_probes.measure.backends.cuda import kernel
from gauger_probes.measure.backends.cuda.driver import Driver
from gauger_probes.measure.backends.cuda.kernel import SEGMENT, Selection, Selector
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError
from support.cuda_stand_in import Machine

QUERIES, COUNT, K = 2, SEGMENT + 10, 4
WORD = 4


@dataclass(frozen=True)
class Desk:
    """An opened device with the kernel on it, and a selection that is right."""

    machine: Machine
    session: Session
    selector: Selector
    selection: Selection

    def launch(self, selection: Selection, queries: int = QUERIES) -> None:
        self.selector.launching(selection, queries)()


@pytest.fixture
def desk(machine: Machine) -> Iterator[Desk]:
    driver = Driver(machine.driver)
    with ExitStack() as closing:
        session = Session(driver, driver.facts(0))
        closing.callback(session.close)
        lists = QUERIES * 2 * K
        memories = [session.allocate(WORD * each) for each in (QUERIES * COUNT, lists, lists)]
        for memory in memories:
            closing.callback(memory.close)
        memories[0].fill(np.arange(QUERIES * COUNT, dtype=np.float32))
        scores, best, indices = (memory.address for memory in memories)
        selector = Selector(session)
        closing.callback(selector.close)
        selection = Selection(scores, 0, COUNT, COUNT, 0, K, False, best, indices, 2, 0)
        yield Desk(machine, session, selector, selection)


def test_nothing_planted_is_accepted_and_done(desk: Desk) -> None:
    desk.launch(desk.selection)
    desk.session.driver.call("cuStreamSynchronize", desk.session.stream)
    found = np.zeros(2 * 2 * K, np.uint32)
    call = desk.session.driver.call
    call("cuMemcpyDtoH_v2", found.ctypes.data, desk.selection.best_indices, found.nbytes)
    last = [COUNT - 1, COUNT - 2, COUNT - 3, COUNT - 4]
    first = [SEGMENT - 1, SEGMENT - 2, SEGMENT - 3, SEGMENT - 4]
    assert found.tolist() == [*first, *last] * 2
    assert desk.machine.refused() == []


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ({"scores": WORD}, "reads what is not the device's"),
        ({"scores": -WORD}, "reads what is not the device's"),
        ({"stride": 1}, "reads what is not the device's"),
        ({"best": WORD}, "writes to what is not the device's"),
        ({"best_indices": 2 * WORD}, "writes to what is not the device's"),
        ({"lists": 1}, "writes to what is not the device's"),
        ({"stride": -1}, "scores of one query in those of another"),
        ({"first_list": 1}, "more lists than there is room for"),
        ({"k": 29}, "a list of another length"),
        ({"k": -K}, "a list of another length"),
    ],
)
def test_a_selection_that_reaches_too_far_is_refused(
    desk: Desk, planted: dict[str, int], why: str
) -> None:
    changed = {name: getattr(desk.selection, name) + by for name, by in planted.items()}
    with pytest.raises(RuntimeError, match=r"cuLaunchKernel: CUDA_ERROR_INVALID_VALUE"):
        desk.launch(replace(desk.selection, **changed))
    assert desk.machine.refused()[-1] == why


def test_words_that_are_not_on_their_boundary_are_refused(desk: Desk) -> None:
    moved = replace(desk.selection, scores=desk.selection.scores + 1, count=10, stride=COUNT - 10)
    with pytest.raises(RuntimeError):
        desk.launch(moved)
    assert desk.machine.refused()[-1] == "words that are not on their boundary"


def test_a_selection_on_the_host_is_refused(desk: Desk) -> None:
    host = np.zeros(QUERIES * COUNT, np.float32)
    with pytest.raises(RuntimeError):
        desk.launch(replace(desk.selection, scores=host.ctypes.data))


def test_a_selection_over_what_it_reads_is_refused(desk: Desk) -> None:
    for changed in (
        replace(desk.selection, best=desk.selection.scores),
        replace(desk.selection, best_indices=desk.selection.scores + WORD),
        replace(desk.selection, best_indices=desk.selection.best),
    ):
        with pytest.raises(RuntimeError):
            desk.launch(changed)
        assert desk.machine.refused()[-1].startswith("writes ")


@pytest.mark.parametrize("queries", [0, 65_536])
def test_a_grid_of_no_size_that_there_is_is_refused(desk: Desk, queries: int) -> None:
    with pytest.raises(RuntimeError):
        desk.launch(desk.selection, queries)
    assert desk.machine.refused()[-1] == "a grid of no size that there is"


def test_another_block_than_the_kernel_s_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "THREADS", 128)
    with pytest.raises(RuntimeError):
        desk.launch(desk.selection)
    assert desk.machine.refused()[-1] == "a block that the kernel is not made for"


def test_the_default_stream_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.session, "stream", None)
    with pytest.raises(RuntimeError):
        desk.launch(desk.selection)


def test_a_launch_that_races_with_an_upload_is_refused(desk: Desk) -> None:
    call, selection = desk.session.driver.call, desk.selection
    call("cuMemcpyDtoDAsync_v2", selection.scores, selection.scores + 4096, 64, None)
    with pytest.raises(RuntimeError):
        desk.launch(selection)
    call("cuStreamSynchronize", None)


def test_a_kernel_that_was_given_back_is_refused(desk: Desk) -> None:
    selector = Selector(desk.session)
    launch = selector.launching(desk.selection, QUERIES)
    selector.close()
    with pytest.raises(RuntimeError, match="cuLaunchKernel"):
        launch()


@pytest.mark.parametrize(
    ("found", "planted"),
    [
        (b".version 8.0", b".version 8.8"),
        (b".target sm_50", b".target sm_90a"),
        (b".entry select_best(", b".entry select_worst("),
        (b".u32 select_best_param_3", b".u64 select_best_param_3"),
        (b",\n\t.param .u32 select_best_param_10\n", b"\n"),
    ],
)
def test_another_program_than_ours_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, found: bytes, planted: bytes
) -> None:
    program = kernel.ptx()
    assert program.count(found) == 1
    monkeypatch.setattr(kernel, "ptx", lambda: program.replace(found, planted))
    with pytest.raises(NotNativeError, match=r"cuModuleLoadData: CUDA_ERROR_INVALID_PTX \(218\)"):
        Selector(desk.session)


def test_a_function_that_the_program_lacks_costs_no_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_NAME", "another")
    before = desk.machine.held()
    with pytest.raises(DeviceLostError, match=r"cuModuleGetFunction: CUDA error 500"):
        Selector(desk.session)
    assert desk.machine.held() == before


def test_a_program_on_no_device_is_refused(machine: Machine) -> None:
    driver = Driver(machine.driver)
    module = ctypes.c_void_p()
    with pytest.raises(DeviceLostError, match="cuModuleLoadData: CUDA error 201"):
        driver.call("cuModuleLoadData", ctypes.byref(module), kernel.ptx())
