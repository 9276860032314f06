"""Writes docs/reference/nvidia-never-on-silicon.md from the tables of calls.

PYTHONPATH=tests python -m support.never_on_silicon > docs/reference/nvidia-never-on-silicon.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from gauger_probes.measure.backends.cuda import cublaslt_abi, driver_abi
from gauger_probes.measure.backends.cuda.native import Call

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "nvidia-never-on-silicon.md"
_NVML = ROOT / "probes" / "gauger_probes" / "accelerators"

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
# NVIDIA: what has never run on silicon

Written by `PYTHONPATH=tests python -m support.never_on_silicon` from the tables of calls; a test
compares. Every call below has only ever met a stand-in that we wrote, or NVIDIA's own library on a
machine without a device. **No figure of the NVIDIA backend has been measured on a device yet.**

What is shown without one, and where in `tests/probes/measure/cuda/`:

- symbols, numbers, layouts and arguments of libcuda are those of NVIDIA's `cuda.h` (`test_abi.py`);
- those of cuBLASLt are those of NVIDIA's `cublasLt.h` of CUDA 12 and 13, and NVIDIA's own library
  accepts all our descriptions up to the point where it needs a device (`test_real_cublaslt.py`, in
  the system tier);
- against stand-ins: our calls compute right where arguments mean what NVIDIA documents
  (`test_gemm.py`, `test_copy.py`); misaligned, short, transposed, foreign and racing arguments
  would be refused (`test_refusals.py`); no memory, a device that is lost, hangs or is reset costs
  itself only (`test_failures.py`).

What only a device can show:

- that the heuristic proposes algorithms for these types and layouts, and which flags they state
  (`CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS`); one that states another precision is left out, and if
  all do, the precision is reported as not native;
- that the sums of tensor cores stay within the room that the check leaves them: 2⁻²⁰ for sums in
  fp32 and 2⁻¹³ for fp8, chosen after what others published of some generations;
- every rate; that 32 MiB of workspace are enough; that overwriting twice the L2 cache flushes it;
- which number a driver answers with when a device falls off the bus, hangs or is reset.

Search (`gallerySearch`) runs a kernel of our own, `select.cu`, which travels as PTX. Its source,
run by the host with a thread for each of a block's, selects what sorting finds
(`test_select_kernel.py`), and sanitizers find no race in it (`test_select_sanitized.py`); the PTX
is what NVIDIA's compiler makes of that source, and NVIDIA's assembler takes it for every device
from sm_50 to sm_121 (`test_select_ptx.py`). Through the stand-ins whole searches are right, also
in chunks (`test_search.py`), and misplaced launches are refused (`test_refused_launches.py`). Only
a device can show that its driver compiles the PTX, for which products of so few queries the
library has algorithms, and how fast it is.
"""


def page() -> str:
    """Return the whole page."""
    parts = [
        _HEAD,
        _table("libcuda", driver_abi.CALLS, {}),
        _table("cuBLASLt", cublaslt_abi.CALLS, _ASKED_WITHOUT_DEVICE),
        "## NVML\n\nThrough NVIDIA's own binding (pynvml), against a stand-in only.\n",
        "".join(f"- `{name}`\n" for name in nvml_calls()),
    ]
    return "\n".join(parts)


def nvml_calls() -> list[str]:
    """Return the functions of NVML that the sources name."""
    text = "".join(path.read_text("utf-8") for path in sorted(_NVML.glob("nvml*.py")))
    kinds = r"nvml(?:Init|Shutdown|Device[GS]et\w+|SystemGet\w+)(?:_v\d)?"
    return sorted(set(re.findall(rf"\b{kinds}\b", text)))


def _table(title: str, calls: Iterable[Call], asked: dict[str, str]) -> str:
    lines = [f"## {title}", "", "| call | used for | without a device | on a device |"]
    lines.append("|---|---|---|---|")
    lines += [
        f"| `{call.symbol}` | {call.use} | {asked.get(call.symbol, '–')} | never |"
        for call in calls
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(page())
