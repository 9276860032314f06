"""Many results become one document: devices joined, holes named, silence never absence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.accelerator import Bus, Identity, PciId
from gauger_probes.evidence.camera import Camera, Mode, Node, NodeRole
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.coverage import PROBES, Coverage, Hidden, Privilege, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Asked, Identified, Measured, Part, Result
from gauger_probes.run.assemble import assemble
from gauger_probes.run.outcome import Outcome
from support.evidence import gemm, sample_camera, sample_gpu, sample_host

_NO_NVML = Outcome("accelerators.nvml", Status.UNAVAILABLE, "the module pynvml is not installed")


def _ok(probe: str, **found: object) -> Outcome:
    result = Result(**found)  # type: ignore[arg-type]
    return Outcome(probe, result.status, result.reason, 0.1, result)


def _assembled(*outcomes: Outcome) -> Evidence:
    return assemble(outcomes, Privilege.USER, ())


def _line(evidence: Evidence, probe: str) -> Coverage:
    (found,) = [line for line in evidence.coverage if line.probe == probe]
    return found


def test_every_probe_that_exists_has_its_line_in_order_each_followed_by_its_parts() -> None:
    evidence = _assembled(
        _ok("accelerators", parts=(Part("accelerators.pci", Status.OK),)),
        _ok("host", parts=(Part("host.tpm", Status.OK),)),
        _ok("cameras"),
        _ok("cameras.v4l2", parts=(Part("cameras.v4l2.video0", Status.OK),)),
        _ok("accelerators.nvml"),
    )
    names = [line.probe for line in evidence.coverage]
    assert [name for name in names if "." not in name] == list(PROBES)
    assert names == [
        "host",
        "host.tpm",
        "host.environment",
        "cameras",
        "cameras.v4l2",
        "cameras.v4l2.video0",
        "accelerators",
        "accelerators.pci",
        "accelerators.nvml",
        "measure",
        "software",
        "galleries",
    ]


def test_what_is_not_built_says_so() -> None:
    for probe in ("software", "galleries"):
        found = _line(_assembled(), probe)
        assert (found.status, found.reason) == (Status.NOT_RUN, "not built yet")


def test_a_lost_host_probe_leaves_no_host_and_says_what_could_hide() -> None:
    evidence = _assembled(Outcome("host", Status.CRASHED, "killed by signal 11 (SIGSEGV)", 1.23456))
    assert evidence.host is None
    found = _line(evidence, "host")
    assert found.could_hide == (Hidden.ACCELERATOR, Hidden.IDENTITY)
    assert found.duration_s == 1.235


@pytest.mark.parametrize(
    "status", [Status.CRASHED, Status.TIMEOUT, Status.DENIED, Status.UNAVAILABLE]
)
@pytest.mark.parametrize(
    ("probe", "hidden"),
    [
        ("accelerators", (Hidden.ACCELERATOR,)),
        ("accelerators.nvml", (Hidden.IDENTITY,)),
        ("cameras", (Hidden.CAMERA,)),
        ("cameras.v4l2", ()),
        ("measure", ()),
    ],
)
def test_a_hole_hides_what_its_probe_would_have_shown(
    probe: str, hidden: tuple[Hidden, ...], status: Status
) -> None:
    assert _line(_assembled(Outcome(probe, status, "why")), probe).could_hide == hidden


def test_a_probe_that_answers_may_say_itself_what_it_hides() -> None:
    evidence = _assembled(
        _ok("cameras"),
        _ok("cameras.v4l2", status=Status.DENIED, could_hide=(Hidden.CAMERA,)),
    )
    assert _line(evidence, "cameras.v4l2").could_hide == (Hidden.CAMERA,)
    assert _line(evidence, "cameras").could_hide == (Hidden.CAMERA,)


def test_a_whole_probe_that_was_not_run_hides_what_a_crashed_one_would() -> None:
    found = _line(_assembled(Outcome("cameras", Status.NOT_RUN, "not asked for")), "cameras")
    assert found.could_hide == (Hidden.CAMERA,)


def test_the_line_of_a_probe_is_the_worst_of_its_parts_and_names_it() -> None:
    evidence = _assembled(
        _ok("accelerators", accelerators=(sample_gpu(),)),
        Outcome("accelerators.nvml", Status.TIMEOUT, "no answer", 20.0),
    )
    found = _line(evidence, "accelerators")
    assert found.status is Status.TIMEOUT
    assert found.reason == "accelerators.nvml: no answer"
    assert found.could_hide == (Hidden.IDENTITY,)
    assert found.duration_s == 0.1


def test_a_part_that_was_not_run_does_not_worsen_its_probe() -> None:
    evidence = _assembled(
        _ok("cameras"), Outcome("cameras.v4l2", Status.NOT_RUN, "captured machine")
    )
    assert _line(evidence, "cameras").status is Status.OK
    assert _line(evidence, "cameras").reason is None


def test_a_missing_nvml_is_no_hole_where_no_nvidia_function_is() -> None:
    amd = replace(sample_gpu(), pci=PciId("1002", "744c", None, None, "030000", None))
    evidence = _assembled(_ok("accelerators", accelerators=(amd,)), _NO_NVML)
    part, whole = _line(evidence, "accelerators.nvml"), _line(evidence, "accelerators")
    assert (part.status, part.could_hide) == (Status.NOT_RUN, ())
    assert part.reason == "no NVIDIA function on this machine"
    assert (whole.status, whole.reason, whole.could_hide) == (Status.OK, None, ())


@pytest.mark.parametrize(
    "accelerators",
    [
        _ok("accelerators", accelerators=(sample_gpu(),)),
        _ok("accelerators", status=Status.PARTIAL, could_hide=(Hidden.ACCELERATOR,)),
        Outcome("accelerators", Status.CRASHED, "lost"),
    ],
    ids=["an NVIDIA function", "PCI half read", "PCI not read"],
)
def test_a_missing_nvml_stays_a_hole_where_an_nvidia_function_is_or_may_be(
    accelerators: Outcome,
) -> None:
    part = _line(_assembled(accelerators, _NO_NVML), "accelerators.nvml")
    assert part.status is Status.UNAVAILABLE
    assert part.could_hide == (Hidden.IDENTITY,)


def test_what_a_library_says_joins_the_accelerator_at_its_address() -> None:
    gpu = sample_gpu()
    said = Identified(gpu.address, Identity("nvml", "A100"), (Limit("powerCap", "nvml", "200 W"),))
    evidence = _assembled(
        _ok("accelerators", accelerators=(gpu,)), _ok("accelerators.nvml", identified=(said,))
    )
    (merged,) = evidence.accelerators
    assert merged == replace(gpu, identities=(*gpu.identities, said.identity), limits=said.limits)


def test_a_device_that_only_a_library_knows_is_an_entry_with_its_parent_by_id() -> None:
    gpu = sample_gpu()
    said = [
        Identified("0000:65:00.0/mig0", Identity(source, "MIG"), parent=gpu.address)
        for source in ("nvml", "other")
    ]
    evidence = _assembled(
        _ok("accelerators", accelerators=(gpu,)), _ok("accelerators.nvml", identified=tuple(said))
    )
    _, entry = evidence.accelerators
    assert (entry.id, entry.bus, entry.parent) == ("0000:65:00.0/mig0", Bus.PLATFORM, gpu.id)
    assert [identity.source for identity in entry.identities] == ["nvml", "other"]


def test_a_parent_that_the_tree_states_outweighs_what_a_library_says() -> None:
    virtual = replace(sample_gpu(), parent="pci-0000:65:00.1")
    said = Identified(virtual.address, Identity("nvml", "vGPU"), parent="elsewhere")
    evidence = _assembled(
        _ok("accelerators", accelerators=(virtual,)), _ok("accelerators.nvml", identified=(said,))
    )
    assert evidence.accelerators[0].parent == "pci-0000:65:00.1"


def test_measurements_join_their_accelerator() -> None:
    gpu = replace(sample_gpu(), measurements=())
    evidence = _assembled(
        _ok("accelerators", accelerators=(gpu, sample_gpu("0000:66:00.0"))),
        _ok("measure", measured=(Measured(gpu.id, (gemm(1e12),)),)),
    )
    assert evidence.accelerators[0].measurements == (gemm(1e12),)
    assert evidence.accelerators[1] == sample_gpu("0000:66:00.0")


@pytest.mark.parametrize(("name", "bus"), [("cpu-0", Bus.CPU), ("pci-0000:65:00.0", Bus.PLATFORM)])
def test_measurements_of_a_device_that_no_list_has_are_kept(name: str, bus: Bus) -> None:
    evidence = _assembled(_ok("measure", measured=(Measured(name, (gemm(1e12),)),)))
    (entry,) = evidence.accelerators
    assert (entry.id, entry.bus, entry.measurements) == (name, bus, (gemm(1e12),))


def _asked(path: str) -> Asked:
    return Asked(Node(path, NodeRole.METADATA, (Mode("UVCH"),)), "uvcvideo", "card", "bus")


def _camera(driver: str | None) -> Camera:
    nodes = (Node("/dev/video0", None), Node("/dev/video1", None))
    return replace(sample_camera(), driver=driver, nodes=nodes)


@pytest.mark.parametrize(("driver", "expected"), [(None, "uvcvideo"), ("gspca", "gspca")])
def test_an_asked_node_replaces_the_listed_one_and_fills_a_missing_driver(
    driver: str | None, expected: str
) -> None:
    answer = _asked("/dev/video1")
    evidence = _assembled(
        _ok("cameras", cameras=(_camera(driver),)), _ok("cameras.v4l2", asked=(answer,))
    )
    (merged,) = evidence.cameras
    assert merged.nodes == (Node("/dev/video0", None), answer.node)
    assert merged.driver == expected


def test_a_node_that_answers_and_that_no_camera_lists_is_a_hole() -> None:
    evidence = _assembled(
        _ok("cameras", cameras=(_camera(None),)),
        _ok("cameras.v4l2", asked=(_asked("/dev/video1"), _asked("/dev/video7"))),
    )
    part, whole = _line(evidence, "cameras.v4l2"), _line(evidence, "cameras")
    assert part.reason == "no camera lists /dev/video7, which answered"
    assert (part.status, part.could_hide) == (Status.PARTIAL, (Hidden.CAMERA,))
    assert (whole.status, whole.could_hide) == (Status.PARTIAL, (Hidden.CAMERA,))


def test_the_host_is_carried_as_it_was_read() -> None:
    assert _assembled(_ok("host", host=sample_host())).host == sample_host()


@pytest.mark.parametrize(
    ("removed", "reason"),
    [
        ((), None),
        (("LD_PRELOAD",), "LD_PRELOAD was set and was removed for the probes"),
        (
            ("LD_PRELOAD", "PYTHONPATH"),
            "LD_PRELOAD, PYTHONPATH were set and were removed for the probes",
        ),
        (("LD_\x1b[2J",), r"LD_\x1b[2J was set and was removed for the probes"),
    ],
)
def test_removed_variables_are_named_on_a_line_of_their_own(
    removed: tuple[str, ...], reason: str | None
) -> None:
    found = _line(assemble((), Privilege.USER, removed), "host.environment")
    assert (found.status, found.reason) == (Status.OK, reason)


def test_a_reason_names_no_user() -> None:
    outcome = Outcome("measure", Status.CRASHED, "ImportError: /home/alice/.venv/x.so: bad")
    found = _line(_assembled(outcome), "measure")
    assert found.reason == "ImportError: ~/.venv/x.so: bad"


def test_a_probe_that_is_made_of_its_parts_is_as_well_as_they_are() -> None:
    left = Outcome("measure.cpu", Status.NOT_RUN, "left out by --skip")
    ran = Outcome("measure.cameras", Status.OK, None, 2.5, Result())
    whole = _line(_assembled(left, ran), "measure")
    assert (whole.status, whole.duration_s) == (Status.OK, 2.5)
    none = _line(_assembled(left), "measure")
    assert (none.status, none.reason) == (Status.NOT_RUN, "left out by --skip")
    lost = Outcome("measure.cpu", Status.CRASHED, "killed by signal 4 (SIGILL)")
    assert _line(_assembled(lost, ran), "measure").status is Status.CRASHED
