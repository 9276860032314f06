"""The table of libraries agrees with the files, and nothing is imported before it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import gauger_probes.measure.backends.cpu as package
from gauger_probes.measure.backends.cpu.table import LIBRARIES, Entry, Shelf
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench

_FOLDER = Path(package.__file__).parent
_HERE = "gauger_probes.measure.backends.cpu"


def test_every_library_is_a_file_and_every_such_file_is_in_the_table() -> None:
    openers = {
        f"{_HERE}.{path.stem}:library"
        for path in _FOLDER.glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "library"
    }
    assert openers == {entry.target for entry in LIBRARIES}
    assert len({entry.name for entry in LIBRARIES}) == len(LIBRARIES)


def test_listing_and_asking_for_doubles_imports_no_heavy_library() -> None:
    program = (
        "import sys\n"
        "from gauger_probes.measure.backends.cpu.table import Shelf\n"
        "from gauger_probes.measure.backends.protocol import Precision\n"
        "from gauger_probes.measure.bench import Bench\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "Shelf(Bench()).offering(Precision.FP64)\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_a_library_is_opened_once_and_one_that_is_missing_is_remembered_with_its_reason() -> None:
    absent = Entry("absent", "no_such_module:library", (Precision.FP32,))
    present = Entry("present", f"{_HERE}.numpy_blas:library", (Precision.FP32,))
    shelf = Shelf(Bench(), (absent, present))
    (first,) = shelf.offering(Precision.FP32)
    (again,) = shelf.offering(Precision.FP32)
    assert first is again
    assert shelf.missing == {"absent": "ModuleNotFoundError: No module named 'no_such_module'"}
    assert shelf.offering(Precision.INT8) == ()


def test_heavy_libraries_stay_closed_until_they_are_asked_for() -> None:
    heavy = Entry("heavy", f"{_HERE}.numpy_blas:library", (Precision.BF16,), heavy=True)
    shelf = Shelf(Bench(), (heavy,))
    assert shelf.offering(Precision.BF16) == ()
    assert len(shelf.offering(Precision.BF16, heavy=True)) == 1
