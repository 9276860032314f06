"""Runs the probes of the registry, isolated, and returns the evidence of the whole machine.

Probes that only read text share one child; every other has its own; measuring comes last, when
nothing else of ours runs. A crash, a hang or a flood costs one probe and is a line of coverage.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from gauger_probes.evidence.coverage import PROBES as NAMES
from gauger_probes.evidence.coverage import Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import PROBES, ProbeSpec
from gauger_probes.result import Options, Progress
from gauger_probes.roots import Roots
from gauger_probes.run.assemble import assemble
from gauger_probes.run.conversation import Setting, converse
from gauger_probes.run.environment import misleading, privilege
from gauger_probes.run.memory import resident_ceiling
from gauger_probes.run.outcome import Outcome, top_level
from gauger_probes.sysfs import exists

#: Part of the whole budget that no measuring probe gets less than.
_LEAST_SHARE = 1 / 4
_NOTHING: Mapping[str, str] = MappingProxyType({})


def run_probes(
    roots: Roots,
    names: Collection[str] | None,
    options: Options,
    *,
    skip: Mapping[str, str] = _NOTHING,
    report: Callable[[Progress], None] = lambda _: None,
    specs: Sequence[ProbeSpec] = PROBES,
    extra_path: Sequence[Path] = (),
) -> Evidence:
    """Run the probes and return what they found, with a coverage line for each.

    ``names`` asks for some of ``host``, ``cameras``, ``accelerators`` and ``measure`` (``None``:
    all); parts go with their probe. ``skip`` maps the name of a probe or part to the reason why
    it is not run. ``report`` is told how far long probes are. ``extra_path``: folders that the
    children may import probes from, besides the installed packages.

    Raises:
        ValueError: ``names`` has a name that no probe bears.
    """
    unknown = sorted(set(names or ()) - set(NAMES))
    if unknown:
        raise ValueError(f"no probe is called {unknown[0]!r}; there are {', '.join(NAMES)}")
    ordered = outcomes_of(
        roots, names, options, skip=skip, report=report, specs=specs, extra_path=extra_path
    )
    return assemble(ordered, privilege(os.geteuid(), os.environ), misleading(os.environ))


def outcomes_of(
    roots: Roots,
    names: Collection[str] | None,
    options: Options,
    *,
    skip: Mapping[str, str] = _NOTHING,
    report: Callable[[Progress], None] = lambda _: None,
    specs: Sequence[ProbeSpec] = PROBES,
    extra_path: Sequence[Path] = (),
) -> list[Outcome]:
    """Run the probes as :func:`run_probes` does and return how each ended, in their order."""
    setting = Setting(roots, options, report, resident_ceiling(Roots()), tuple(extra_path))
    specs = [_replayed(spec, roots) for spec in specs]
    withheld = {spec.name: _withheld(spec, roots, names, skip) for spec in specs}
    ready = [spec for spec in specs if withheld[spec.name] is None]
    outcomes = {name: outcome for name, outcome in withheld.items() if outcome is not None}
    for outcome in _run_all(ready, setting):
        outcomes[outcome.probe] = outcome
    return [outcomes[spec.name] for spec in specs]


def _replayed(spec: ProbeSpec, roots: Roots) -> ProbeSpec:
    """Over a capture that holds a native probe's answers, read those as text instead."""
    if not (roots.captured and spec.replay and spec.recording and exists(roots, spec.recording)):
        return spec
    return replace(spec, target=spec.replay, shared=True, native=False, module=None)


def _withheld(
    spec: ProbeSpec, roots: Roots, names: Collection[str] | None, skip: Mapping[str, str]
) -> Outcome | None:
    top = top_level(spec.name)
    if names is not None and top not in names:
        return Outcome(spec.name, Status.NOT_RUN, "not asked for")
    if top in skip or spec.name in skip:
        return Outcome(spec.name, Status.NOT_RUN, skip.get(spec.name, skip.get(top)))
    if spec.native and roots.captured:
        return Outcome(spec.name, Status.NOT_RUN, "native code is not run over a captured machine")
    if spec.module is not None and importlib.util.find_spec(spec.module) is None:
        reason = f"the module {spec.module} is not installed: pip install 'gauger[probe]'"
        return Outcome(spec.name, Status.UNAVAILABLE, reason)
    return None


def _run_all(specs: Sequence[ProbeSpec], setting: Setting) -> list[Outcome]:
    shared = [spec for spec in specs if spec.shared and not spec.measures]
    alone = [spec for spec in specs if not spec.shared and not spec.measures]
    last = [spec for spec in specs if spec.measures]
    outcomes = _run_together(shared, setting) if shared else []
    outcomes += [_run_alone(spec, setting) for spec in alone]
    return outcomes + list(_run_measuring(last, setting))


def _run_measuring(specs: Sequence[ProbeSpec], setting: Setting) -> Iterator[Outcome]:
    """Share the budget out in turn: what one leaves, the next may spend."""
    whole_s = left_s = setting.options.budget_s
    for spec in specs:
        share = spec.budget_share
        seconds = whole_s if share is None else max(left_s * share, _LEAST_SHARE * whole_s)
        options = replace(setting.options, budget_s=seconds)
        outcome = _run_alone(spec, replace(setting, options=options))
        if share is not None and outcome.status is not Status.NOT_RUN:
            left_s = max(0.0, left_s - outcome.duration_s)
        yield outcome


def _run_together(specs: Sequence[ProbeSpec], setting: Setting) -> list[Outcome]:
    talk = converse(specs, setting)
    outcomes = list(talk.outcomes)
    rest = specs[len(outcomes) :]
    # The probe that was lost gets its second chance too, unless there is nothing to learn from
    # one: it was alone already, or hangs where another copy of it would hang as well.
    if talk.loss is not None and (talk.stuck or len(specs) == 1):
        outcomes.append(talk.loss)
        rest = rest[1:]
    return outcomes + [_run_alone(spec, setting) for spec in rest]


def _run_alone(spec: ProbeSpec, setting: Setting) -> Outcome:
    talk = converse([spec], setting)
    return talk.loss or talk.outcomes[0]
