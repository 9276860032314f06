"""``gauger run``: probe, judge, sign, write the manifest: the main job."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from gauger_agent import keystore
from gauger_agent.cli import options
from gauger_agent.cli.destination import Destination, destination
from gauger_agent.cli.output import Output
from gauger_agent.collect import Wanted, collect
from gauger_agent.exit_codes import ExitCode
from gauger_agent.judging import Law, exit_code
from gauger_agent.manifest.build import payload
from gauger_agent.manifest.record import Maker, predicate_of
from gauger_agent.manifest.statement import Predicate
from gauger_agent.packs.store import packs
from gauger_agent.private import ShipmentKey
from gauger_agent.sign.seal import seal
from gauger_agent.state import locate
from gauger_agent.view import judgement_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options
from gauger_thresholds.evaluate.judge import Judgement

_DEFAULT_BUDGET = 30.0
_QUICK_BUDGET = 10.0


@dataclass(frozen=True, slots=True)
class _Written:
    """What ``run`` reports about the manifest it wrote."""

    place: str
    payload_sha256: str
    rollup: str
    keyid: str
    note: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    spending = parser.add_mutually_exclusive_group()
    spending.add_argument("--quick", action="store_true", help="measure for 10 s instead of 30")
    spending.add_argument("--budget", type=options.seconds, metavar="S", help="seconds to measure")
    spending.add_argument("--no-measure", action="store_true", help="identify and rate only")
    parser.add_argument("--nonce", type=options.nonce, help="bind the verifier's nonce")
    parser.add_argument("--output", metavar="FILE|DIR/|-", help="where the manifest goes (.)")
    parser.add_argument("--operator", metavar="NAME", help="who runs it, as they wish to be named")
    parser.add_argument("--role", metavar="ROLE", help="factory, warehouse, inspector, …")
    parser.add_argument("--shipment", metavar="REF", help="the shipment's reference")
    parser.add_argument("--sysroot", type=options.folder, metavar="DIR", help="a captured tree")
    parser.add_argument("--force", action="store_true", help="measure devices in use by others")
    options.hiding(parser, "write keyed digests instead of serial numbers")
    options.declaring(parser)
    options.skipping(parser)
    options.keeping(parser)
    options.unlocking(parser)
    options.judging(parser)


def main(arguments: argparse.Namespace, output: Output) -> ExitCode:
    """Run the main job.

    Raises:
        GaugerError: bad arguments, an unusable key, or an output that cannot be written.
    """
    started = time.monotonic()
    state = locate(os.environ)
    law = Law(packs(state), arguments.as_of or options.today(), arguments.packs)
    place = destination(arguments.output)
    wanted = _wanted(arguments)
    hidden = options.shipment_key(arguments)
    keystore.prepare(state, options.passphrases(arguments))
    with output.progress() as report:
        evidence = collect(wanted, report)
    if hidden is not None:
        evidence = hidden.hide(evidence)
    judgement = law.judge(evidence)
    collected = datetime.now(UTC)
    written = _write(arguments, evidence, judgement, place, collected, hidden)
    code = exit_code(judgement, arguments.fail_on, arguments.max_pack_age)
    output.json(_summary(written, judgement, code))
    if not (output.as_json or output.quiet):
        title = f"Gauger {version('gauger')} · {collected:%Y-%m-%d %H:%M} UTC"
        _show(output, evidence, judgement, f"{title} · {time.monotonic() - started:.0f} s", written)
    return code


def _wanted(arguments: argparse.Namespace) -> Wanted:
    budget = arguments.budget or (_QUICK_BUDGET if arguments.quick else _DEFAULT_BUDGET)
    skip = dict.fromkeys(arguments.skip, "left out by --skip")
    if arguments.no_measure:
        skip["measure"] = "switched off by --no-measure"
    frames = options.kept(arguments)
    chosen = Options(budget_s=budget, force=arguments.force, keep_frames=frames)
    return Wanted(arguments.sysroot, None, chosen, skip, options.declared(arguments))


def _write(
    arguments: argparse.Namespace,
    evidence: Evidence,
    judgement: Judgement,
    place: Destination,
    collected: datetime,
    hidden: ShipmentKey | None,
) -> _Written:
    key = keystore.own_key(locate(os.environ), options.passphrases(arguments))
    maker = Maker(
        operator=arguments.operator,
        role=arguments.role,
        shipment=arguments.shipment,
        nonce=arguments.nonce,
        captured=arguments.sysroot is not None,
        key_note=key.note,
        privacy=hidden.privacy if hidden else None,
    )
    predicate = predicate_of(evidence, judgement, maker, collected)
    signed, digest = _payload(predicate)
    where = place.write(seal(signed, [key.signer]), evidence, predicate.fingerprint, collected)
    return _Written(where, digest, predicate.fingerprint.rollup, key.signer.keyid, key.note)


def _payload(predicate: Predicate) -> tuple[bytes, str]:
    data = payload(predicate)
    return data, hashlib.sha256(data).hexdigest()


def _summary(written: _Written, judgement: Judgement, code: ExitCode) -> dict[str, JsonValue]:
    return {
        "schema": "gauger.run/1",
        "exitCode": int(code),
        "manifest": written.place,
        "payloadSha256": written.payload_sha256,
        "fingerprint": written.rollup,
        "keyid": written.keyid,
        **judgement_json(judgement),
    }


def _show(
    output: Output, evidence: Evidence, judgement: Judgement, title: str, written: _Written
) -> None:
    from gauger_agent.report.terminal import report

    footer = [f"{written.place} · signed by {written.keyid}", written.note]
    output.show(report(evidence, judgement, title, footer, output.width))
