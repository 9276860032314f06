"""The boot unit: systemd accepts it, calls it well confined, and it works inside its sandbox."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.bare_root import WITH_SYSTEMD, BareRoot

pytestmark = pytest.mark.system

UNIT = "gauger-run.service"
EXPOSURE = 1.1  # of 10; `systemd-analyze security` calls up to 2 safe or ok

# Started when the run has ended, whatever became of it.
_OBSERVER = f"""\
[Unit]
After={UNIT} multi-user.target
[Service]
Type=oneshot
ExecStart=-/bin/sh -c 'systemctl show -p Result,ExecMainStatus {UNIT} >/var/outcome'
ExecStart=-/bin/sh -c 'journalctl -b -u {UNIT} >/var/journal'
ExecStart=/bin/systemctl poweroff
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def installed(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareRoot]:
    with WITH_SYSTEMD.unpacked(tmp_path_factory.mktemp("systemd")) as root:
        root.install(deb)
        yield root


@pytest.fixture(scope="module")
def booted(installed: BareRoot) -> BareRoot:
    (installed.path / "etc/systemd/system/observer.service").write_text(_OBSERVER)
    installed.must("systemctl", "enable", "observer.service")
    console = installed.boot()
    assert (installed.path / "var/outcome").exists(), console
    return installed


@pytest.fixture(scope="module")
def manifest(booted: BareRoot) -> Path:
    (found,) = (booted.path / "var/lib/private/gauger").glob("*.gauger.json")
    return found


def evidence(envelope: bytes) -> dict[str, Any]:
    statement = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    found: dict[str, Any] = statement["predicate"]["evidence"]
    return found


def test_systemd_finds_no_fault_in_the_unit(installed: BareRoot) -> None:
    checked = installed.run("systemd-analyze", "verify", UNIT)
    assert checked.returncode == 0
    assert checked.stderr == ""


def test_systemd_rates_the_unit_as_well_confined(installed: BareRoot) -> None:
    rated = installed.must(
        "systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", UNIT
    )
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", rated)
    assert exposure is not None
    assert float(exposure[1]) <= EXPOSURE


def test_every_group_that_the_unit_names_exists_after_installing(installed: BareRoot) -> None:
    unit = (installed.path / "usr/lib/systemd/system" / UNIT).read_text()
    named = re.findall(r"^SupplementaryGroups=(.*)$", unit, re.MULTILINE)
    assert named
    for group in " ".join(named).split():
        installed.must("getent", "group", group)


def test_a_boot_runs_the_agent_once_and_ends_well(booted: BareRoot) -> None:
    outcome = (booted.path / "var/outcome").read_text()
    journal = (booted.path / "var/journal").read_text()
    assert "Result=success" in outcome, journal
    assert re.search(r"^ExecMainStatus=(0|10|11)$", outcome, re.MULTILINE)


def test_the_manifest_of_a_boot_verifies_with_the_services_own_key(
    booted: BareRoot, manifest: Path
) -> None:
    status = re.search(r"ExecMainStatus=(\d+)", (booted.path / "var/outcome").read_text())
    assert status is not None
    verified = booted.run(
        "gauger",
        "verify",
        f"/var/lib/gauger/{manifest.name}",
        environment={"GAUGER_HOME": "/var/lib/gauger"},
    )
    assert verified.returncode == int(status[1]), verified.stdout + verified.stderr


def test_the_sandbox_lets_every_probe_end_in_order(manifest: Path) -> None:
    coverage = evidence(manifest.read_bytes())["coverage"]
    ends = {line["probe"]: (line["status"], line["reason"]) for line in coverage}
    assert {"host", "cameras", "accelerators", "measure"} <= set(ends)
    assert {name: end for name, end in ends.items() if end[0] in {"crashed", "timeout"}} == {}


def test_the_sandbox_hides_no_network_interface_from_the_fingerprint(manifest: Path) -> None:
    program = "from gauger_agent.cli.main import entry; entry()"
    outside = subprocess.run(
        [sys.executable, "-I", "-c", program, "probe", "host", "--json"],
        capture_output=True,
        check=True,
    )
    seen = evidence(manifest.read_bytes())["host"]["nics"]
    assert len(seen) == len(json.loads(outside.stdout)["host"]["nics"])


def test_what_a_boot_leaves_is_closed_to_other_users(booted: BareRoot, manifest: Path) -> None:
    assert manifest.stat().st_mode & 0o077 == 0
    assert (booted.path / "var/lib/private/gauger").stat().st_mode & 0o077 == 0


def test_purging_after_a_boot_removes_the_services_state(booted: BareRoot) -> None:
    booted.must("dpkg", "--purge", "gauger")
    assert not (booted.path / "var/lib/private/gauger").exists()
    assert not (booted.path / "var/lib/gauger").is_symlink()
    wanted = booted.path / "etc/systemd/system/multi-user.target.wants" / UNIT
    assert not wanted.is_symlink()
