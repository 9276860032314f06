"""The page that lists what has run on a device, and what has not, is up to date with the code."""

from __future__ import annotations

from gauger_probes.measure.backends.cuda import cublaslt_abi, driver_abi
from support.on_silicon import PAGE, nvml_calls, page


def test_the_page_is_what_its_command_writes() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_call_that_is_bound_or_named_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    bound = [call.symbol for call in (*driver_abi.CALLS, *cublaslt_abi.CALLS)]
    named = nvml_calls()
    assert {"nvmlInit", "nvmlShutdown", "nvmlDeviceGetName"} <= set(named)
    assert [name for name in (*bound, *named) if f"`{name}`" not in text] == []
