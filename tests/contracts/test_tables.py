"""Tables of text agree with the files they name, read both ways."""

from __future__ import annotations

from importlib import import_module, resources
from pathlib import Path

from gauger_agent.cli.commands import COMMANDS
from gauger_agent.exports.registry import EXPORTS
from gauger_agent.sign.registry import SIGNERS
from gauger_probes.registry import PROBES
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.consistency.index import DOUBTS
from gauger_thresholds.metrics.index import METRICS

_ROOT = Path(__file__).parents[2]


def _resolves(target: str) -> bool:
    module, _, name = target.partition(":")
    return callable(getattr(import_module(module), name))


def _modules(package: str) -> set[str]:
    names = {entry.name for entry in resources.files(package).iterdir()}
    return {name.removesuffix(".py") for name in names if name.endswith(".py")} - {"__init__"}


def test_every_probe_in_the_registry_is_a_function_in_a_file() -> None:
    for spec in PROBES:
        assert _resolves(spec.target), spec.name


def test_every_probe_module_is_in_the_registry() -> None:
    named = {spec.target.partition(":")[0] for spec in PROBES}
    for package in ("host", "accelerators", "cameras", "measure"):
        for name in _modules(f"gauger_probes.{package}"):
            module = import_module(f"gauger_probes.{package}.{name}")
            is_probe = getattr(getattr(module, "probe", None), "__module__", "") == module.__name__
            assert not is_probe or module.__name__ in named, module.__name__


def test_every_command_has_a_module_and_every_module_of_commands_is_in_the_table() -> None:
    for command in COMMANDS:
        module = import_module(command.module)
        assert callable(module.configure)
        assert callable(module.main)
    helpers = {"main", "commands", "output", "options", "destination", "packs_exchange"}
    named = {command.module.rpartition(".")[2] for command in COMMANDS}
    assert _modules("gauger_agent.cli") - helpers == named


def test_every_doubt_has_its_file_and_every_file_its_line() -> None:
    assert all(_resolves(target) for _, target in DOUBTS)
    assert {name for name, _ in DOUBTS} == _modules("gauger_thresholds.consistency") - {"index"}


def test_every_metric_is_computed_by_a_function() -> None:
    assert all(_resolves(spec.target) for spec in METRICS)
    computed = {spec.target.partition(":")[0].rpartition(".")[2] for spec in METRICS}
    helpers = {"index", "build", "machine", "rating", "rated", "facts", "thermal"}
    helpers |= {f"{name}_rating" for name in ("device", "processor", "row", "unit")}
    helpers |= {
        "contradictions",
        "declared",
        "rated_cpu",
        "rated_units",
        "measured_capacity",
        "proved",
    }
    helpers |= {"raising", "row_package", "unit_bound"}
    helpers |= {f"camera_{name}" for name in ("facts", "measured", "modes", "rating", "scene")}
    assert _modules("gauger_thresholds.metrics") - helpers == computed


def test_every_signer_has_its_loader() -> None:
    assert all(_resolves(spec.target) for spec in SIGNERS)


def test_every_export_has_its_function_and_every_file_of_exports_its_line() -> None:
    assert all(_resolves(spec.target) for spec in EXPORTS)
    named = {spec.target.partition(":")[0].rpartition(".")[2] for spec in EXPORTS}
    assert _modules("gauger_agent.exports") - {"registry"} == named


def test_every_counted_precision_has_the_bits_of_its_name() -> None:
    for name, bits in BITS.items():
        assert name.removeprefix("int").removeprefix("fp") == str(bits)


def test_every_command_is_in_the_readme() -> None:
    text = (_ROOT / "README.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"gauger {command.name}" in text, command.name
