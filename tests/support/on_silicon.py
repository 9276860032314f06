"""Writes docs/reference/nvidia-on-silicon.md from the tables of calls and the records of devices.

PYTHONPATH=tests python -m support.on_silicon > docs/reference/nvidia-on-silicon.md
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gauger_probes.measure.backends.cuda import cublaslt_abi, driver_abi
from gauger_probes.measure.backends.cuda.native import Call

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "nvidia-on-silicon.md"
RECORDS = ROOT / "tests" / "fixtures" / "silicon"
CAPTURED = ROOT / "tests" / "fixtures" / "machines" / "h100-firecracker" / "tree" / "nvml.json"
_NVML = ROOT / "probes" / "gauger_probes" / "accelerators"
_READERS = ROOT / "probes" / "gauger_probes" / "measure" / "device" / "readers.py"
#: Asked only while a device works; a run on the H100 had clock, temperature and power of each.
_WHILE_MEASURING = (
    "nvmlDeviceGetHandleByPciBusId",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTemperature",
    "nvmlShutdown",
)

#: What NVIDIA's own library was asked by tests/probes/measure/cuda/test_real_cublaslt.py.
_ASKED_WITHOUT_DEVICE = {
    "cublasLtGetVersion": "answers",
    "cublasLtGetStatusName": "answers",
    "cublasLtCreate": "says that there is no device",
    "cublasLtMatmulDescCreate": "accepts ours",
    "cublasLtMatmulDescSetAttribute": "accepts ours, refuses another size",
    "cublasLtMatmulDescDestroy": "accepts ours",
    "cublasLtMatrixLayoutCreate": "accepts ours",
    "cublasLtMatrixLayoutDestroy": "accepts ours",
    "cublasLtMatmulPreferenceCreate": "accepts ours",
    "cublasLtMatmulPreferenceSetAttribute": "accepts ours",
    "cublasLtMatmulPreferenceDestroy": "accepts ours",
    "cublasLtMatmulAlgoGetHeuristic": "says that there is no handle",
}

_HEAD = """\
# NVIDIA: what has run on silicon, and what has not

Written by `PYTHONPATH=tests python -m support.on_silicon` from the tables of calls and from what
was recorded on devices; a test compares. A record is made on the machine with the device, by
`PYTHONPATH=tests python -m support.silicon_record > tests/fixtures/silicon/NAME.json`.

{devices}

Shown there: products of all seven precisions are right in three shapes each, within the room that
the check leaves (2⁻²⁰ for sums in fp32, 2⁻¹³ for fp8); copies arrive; galleries of 10³ and 10⁶
templates give the right answers in fp32, fp16, bf16 and int8, one face and 64 at a time; the driver
compiles our PTX; more memory than there is, is refused. What the library says of its algorithms
(`CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS`) is only half true there: of bf16 and fp8 it states fp16
as the input, of tf32 the vector units; it is kept as said, and only an input with fewer bits than
asked for leaves an algorithm out. NVML's answers are those that nvidia-smi printed within the same
minute (`test_nvml_on_silicon.py`).

Shown without a device, and where in `tests/probes/measure/cuda/`:

- symbols, numbers, layouts and arguments of libcuda are those of NVIDIA's `cuda.h` (`test_abi.py`);
- those of cuBLASLt are those of NVIDIA's `cublasLt.h` of CUDA 12 and 13, and NVIDIA's own library
  accepts all our descriptions up to the point where it needs a device (`test_real_cublaslt.py`, in
  the system tier);
- against stand-ins: misaligned, short, transposed, foreign and racing arguments would be refused
  (`test_refusals.py`, `test_refused_launches.py`); no memory, a device that is lost, hangs or is
  reset costs itself only (`test_failures.py`);
- the source of our kernel that selects the best, run by the host with a thread for each of a
  block's, selects what sorting finds (`test_select_kernel.py`), and sanitizers find no race in it
  (`test_select_sanitized.py`); the PTX is what NVIDIA's compiler makes of it, and NVIDIA's
  assembler takes it for every device from sm_50 to sm_121 (`test_select_ptx.py`).

Never seen:

- another device than those above: other generations state other flags, have other algorithms and
  keep other bits of their sums;
- several devices in one machine, measured one by one and all at once;
- templates through ONNX Runtime's CUDA provider (through PyTorch they were made);
- a device in partitions (MIG): its fields of NVML come from published captures;
- which number a driver answers with when a device falls off the bus, hangs or is reset;
- drivers of CUDA 12, and cuBLASLt of CUDA 12 on a device.
"""


def page() -> str:
    """Return the whole page."""
    records = [json.loads(path.read_text("utf-8")) for path in sorted(RECORDS.glob("*.json"))]
    parts = [
        _HEAD.format(devices="\n".join(map(_device, records))),
        _table("libcuda", driver_abi.CALLS, {}, records),
        _table("cuBLASLt", cublaslt_abi.CALLS, _ASKED_WITHOUT_DEVICE, records),
        _nvml_table(),
    ]
    return "\n".join(parts)


def _device(record: dict[str, Any]) -> str:
    return (
        f"- {record['name']}, driver {record['driver']} (CUDA {record['driverCuda']}), cuBLASLt"
        f" {record['cublasLt']}, {record['date']}"
    )


def nvml_calls() -> list[str]:
    """Return the functions of NVML that the sources name."""
    text = "".join(path.read_text("utf-8") for path in (*sorted(_NVML.glob("nvml*.py")), _READERS))
    kinds = r"nvml(?:Init|Shutdown|Device[GS]et\w+|SystemGet\w+)(?:_v\d)?"
    return sorted(set(re.findall(rf"\b{kinds}\b", text)))


def _table(
    title: str, calls: Iterable[Call], asked: dict[str, str], records: list[dict[str, Any]]
) -> str:
    lines = [f"## {title}", "", "| call | used for | without a device | on a device |"]
    lines.append("|---|---|---|---|")
    for call in calls:
        names = [_short(record["name"]) for record in records if call.symbol in record["calls"]]
        without = asked.get(call.symbol, "–")
        lines.append(
            f"| `{call.symbol}` | {call.use} | {without} | {', '.join(names) or 'never'} |"
        )
    return "\n".join([*lines, ""])


def _nvml_table() -> str:
    """Return what each function of NVML answered on the captured device, by its own words."""
    answers = json.loads(CAPTURED.read_text("utf-8"))["answers"]
    said: dict[str, set[str]] = {}
    for call, answer in answers.items():
        refused = isinstance(answer, dict) and "error" in answer
        words = f"error {answer['error']}" if refused else "answered"
        said.setdefault(call.partition("(")[0], set()).add(words)
    said |= {name: {"answered"} for name in _WHILE_MEASURING}
    lines = [
        "## NVML",
        "",
        "Through NVIDIA's own binding (pynvml); on the H100, in a virtual machine that it is",
        "passed through to. What was not asked there belongs to partitions or to older drivers.",
        "",
        "| call | on the H100 |",
        "|---|---|",
    ]
    lines += [
        f"| `{name}` | {', '.join(sorted(said.get(name, {'never'})))} |" for name in nvml_calls()
    ]
    return "\n".join([*lines, ""])


def _short(name: str) -> str:
    return name.removeprefix("NVIDIA ").split()[0]


if __name__ == "__main__":
    sys.stdout.write(page())
