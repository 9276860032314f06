"""The line of an accelerator says everything that was measured of it."""

from __future__ import annotations

import dataclasses

from rich.console import Console

from gauger_agent.report.inventory import table
from gauger_probes.evidence.accelerator import Accelerator
from support.evidence import sample_evidence, sample_gpu
from support.measured import gemm, measurement

_WAYS = {"within": "memory", "toDevice": "to the device", "toHost": "to the host"}


def _printed(device: Accelerator) -> str:
    evidence = dataclasses.replace(sample_evidence(), accelerators=(device,))
    console = Console(width=400, color_system=None)
    with console.capture() as captured:
        console.print(table(evidence))
    return captured.get()


def test_every_precision_and_every_way_that_bytes_go_is_said_of_a_large_device() -> None:
    precisions = ("fp16", "bf16", "fp8", "int8", "tf32", "fp32", "fp64")
    copies = [
        measurement("memoryBandwidth" if way == "within" else "hostDeviceBandwidth", 5e10)
        for way in _WAYS
    ]
    copies = [
        dataclasses.replace(item, precision=None, unit="B/s", conditions={"direction": way})
        for item, way in zip(copies, _WAYS, strict=True)
    ]
    taken = [*(gemm(name, 5e14) for name in precisions), *copies]
    text = _printed(dataclasses.replace(sample_gpu(), measurements=tuple(taken)))
    for word in (*precisions, "memory", "to the device", "to the host"):
        assert f"{word} " in text
    assert text.index("memory") < text.index("to the device") < text.index("to the host")
    assert "…" not in text
