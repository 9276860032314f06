"""Which probes run, in which child, in which order; and what is said of those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.coverage import PROBES as NAMES
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.registry import PROBES
from gauger_probes.roots import Roots
from gauger_probes.run.outcome import top_level
from support.fake_probes import fake, line, run_fakes


def _runs(root: Path, mark: str) -> int:
    path = root / mark
    return len(path.read_text()) if path.exists() else 0


@pytest.mark.parametrize("function", ["segfault", "loop"])
def test_a_lost_shared_child_costs_the_guilty_probe_alone(tmp_path: Path, function: str) -> None:
    evidence = run_fakes(
        tmp_path,
        fake("host", "fine", shared=True),
        fake("accelerators", function, shared=True, timeout_s=0.7),
        fake("cameras", "also_fine", shared=True),
    )
    lost = Status.CRASHED if function == "segfault" else Status.TIMEOUT
    assert line(evidence, "host").reason == "fine"
    assert line(evidence, "accelerators").status is lost
    assert line(evidence, "cameras").reason == "also fine"
    runs = [_runs(tmp_path, mark) for mark in ("fine", function, "also_fine")]
    assert runs == [1, 2, 1], "answered once and kept; guilty once more alone; the rest alone"


def test_a_probe_that_shared_its_child_with_nobody_is_not_rerun(tmp_path: Path) -> None:
    found = line(run_fakes(tmp_path, fake("host", "segfault", shared=True)), "host")
    assert found.status is Status.CRASHED
    assert _runs(tmp_path, "segfault") == 1


def test_a_misshapen_result_costs_its_neighbours_in_the_shared_child_nothing(
    tmp_path: Path,
) -> None:
    evidence = run_fakes(
        tmp_path, fake("host", "wrong_field", shared=True), fake("cameras", "fine", shared=True)
    )
    assert line(evidence, "host").status is Status.CRASHED
    assert line(evidence, "cameras").status is Status.OK
    assert _runs(tmp_path, "fine") == 1


def test_measuring_comes_last_whatever_its_place_in_the_table(tmp_path: Path) -> None:
    evidence = run_fakes(
        tmp_path,
        fake("measure", "who_else_runs", measures=True),
        fake("host", "fine", shared=True),
        fake("cameras", "also_fine"),
    )
    assert line(evidence, "measure").reason == "also_fine fine"


def test_native_probes_never_run_over_a_captured_machine(tmp_path: Path) -> None:
    evidence = run_fakes(
        tmp_path,
        fake("cameras", "also_fine", shared=True),
        fake("cameras.v4l2", "fine", native=True),
        roots=Roots(tmp_path, captured=True),
    )
    part = line(evidence, "cameras.v4l2")
    assert part.status is Status.NOT_RUN
    assert part.reason == "native code is not run over a captured machine"
    assert line(evidence, "cameras").status is Status.OK
    assert _runs(tmp_path, "fine") == 0
    assert _runs(tmp_path, "also_fine") == 1


def test_a_missing_library_is_named_with_its_remedy(tmp_path: Path) -> None:
    spec = fake("measure", "fine", module="no_such_library_anywhere")
    found = line(run_fakes(tmp_path, spec), "measure")
    assert found.status is Status.UNAVAILABLE
    assert found.reason == (
        "the module no_such_library_anywhere is not installed: pip install 'gauger[probe]'"
    )
    assert _runs(tmp_path, "fine") == 0


def test_only_the_probes_asked_for_run_and_their_parts_go_with_them(tmp_path: Path) -> None:
    evidence = run_fakes(
        tmp_path,
        fake("host", "fine"),
        fake("cameras", "also_fine"),
        fake("cameras.v4l2", "also_fine"),
        names=["cameras"],
    )
    host = line(evidence, "host")
    assert (host.status, host.reason) == (Status.NOT_RUN, "not asked for")
    assert host.could_hide == (Hidden.ACCELERATOR, Hidden.IDENTITY)
    assert _runs(tmp_path, "fine") == 0
    assert _runs(tmp_path, "also_fine") == 2


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no probe is called 'camera'; there are host, cameras"):
        run_fakes(tmp_path, fake("cameras", "fine"), names=["camera"])


def test_what_is_skipped_says_why_and_a_skipped_probe_takes_its_parts_along(
    tmp_path: Path,
) -> None:
    evidence = run_fakes(
        tmp_path,
        fake("accelerators", "fine"),
        fake("accelerators.nvml", "fine"),
        fake("measure", "fine"),
        skip={"measure": "--no-measure", "accelerators": "told so"},
    )
    for probe, reason in [
        ("measure", "--no-measure"),
        ("accelerators", "told so"),
        ("accelerators.nvml", "told so"),
    ]:
        assert (line(evidence, probe).status, line(evidence, probe).reason) == (
            Status.NOT_RUN,
            reason,
        )
    assert _runs(tmp_path, "fine") == 0


def test_variables_that_mislead_are_named_and_their_values_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LD_PRELOAD", "PYTHONPATH"):
        monkeypatch.setenv(name, "/home/alice/secret")
    evidence = run_fakes(tmp_path, fake("host", "fine"))
    found = line(evidence, "host.environment")
    assert found.status is Status.OK
    assert "LD_PRELOAD" in (found.reason or "")
    assert "PYTHONPATH" in (found.reason or "")
    assert "secret" not in str(evidence)


def test_a_relative_root_means_the_same_to_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_fakes(Path(), fake("host", "fine"))
    assert _runs(tmp_path, "fine") == 1


def test_every_registered_probe_belongs_to_a_name_of_the_document() -> None:
    assert {top_level(spec.name) for spec in PROBES} <= set(NAMES)
