"""psutil is a second source for the running machine, and none for a captured one."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from gauger_probes.accelerators.cpu_device import cpu_device
from gauger_probes.accelerators.cpu_second_source import with_second_source
from gauger_probes.host import cpu
from gauger_probes.roots import Roots


def test_the_running_machine_has_two_sources() -> None:
    device = with_second_source(cpu_device(cpu.read(Roots())), Roots())
    assert device is not None
    second = device.identities[1]
    assert (second.source, second.units) == ("psutil", psutil.cpu_count(logical=False))


def test_a_captured_machine_has_one(tmp_path: Path) -> None:
    device = cpu_device(cpu.read(Roots()))
    assert with_second_source(device, Roots(tmp_path, captured=True)) is device


def test_without_psutil_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    device = cpu_device(cpu.read(Roots()))
    assert with_second_source(device, Roots()) is device
