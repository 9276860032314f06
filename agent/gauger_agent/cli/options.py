"""Arguments that several commands share, and how their text becomes values."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from gauger_agent.declare import Declaration, read
from gauger_agent.passphrase import Passphrases
from gauger_agent.private import ShipmentKey, read_key
from gauger_agent.state import StateFolder
from gauger_agent.trust.choose import Trust, choose
from gauger_thresholds.findings import Level


def judging(parser: argparse.ArgumentParser) -> None:
    """Add ``--as-of``, ``--packs``, ``--fail-on`` and ``--max-pack-age``."""
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="judge by the law of this date (default: today)"
    )
    parser.add_argument(
        "--packs",
        type=names,
        default=(),
        metavar="ID,…",
        help="pack ids or prefixes, such as us,eu-2025-11 (default: all in force on the date)",
    )
    parser.add_argument(
        "--fail-on",
        type=Level,
        choices=list(Level),
        default=Level.CONTROL,
        metavar="LEVEL",
        help="gravest level that leaves the exit code alone is the one after: "
        "control (default), notice or reference",
    )
    parser.add_argument(
        "--max-pack-age",
        type=days,
        metavar="D",
        help="a pack whose review is more than D days late makes the answer indeterminate",
    )


def skipping(parser: argparse.ArgumentParser) -> None:
    """Add ``--skip``."""
    parser.add_argument(
        "--skip",
        type=probe_names,
        default=(),
        metavar="PROBE,…",
        help="leave out probes or parts of them, such as measure.cpu; coverage says so",
    )


def probe_names(text: str) -> tuple[str, ...]:
    """Return the probes and parts of a comma-separated list.

    Raises:
        argparse.ArgumentTypeError: one of them does not exist.
    """
    from gauger_probes.registry import PROBES

    parts = {spec.name for spec in PROBES}
    known = parts | {name.partition(".")[0] for name in parts}
    for name in names(text):
        if name not in known:
            listed = ", ".join(sorted(known))
            raise argparse.ArgumentTypeError(f"no probe is called {name!r}; there are {listed}")
    return names(text)


def declaring(parser: argparse.ArgumentParser) -> None:
    """Add ``--declare``."""
    parser.add_argument(
        "--declare",
        type=Path,
        metavar="FILE",
        help="figures from a datasheet, for a device that the catalogue cannot rate",
    )


def declared(arguments: argparse.Namespace) -> tuple[Declaration, ...]:
    """Return what the file of ``--declare`` declares.

    Raises:
        GaugerError: it cannot be read, or is not such a file.
    """
    return () if arguments.declare is None else read(arguments.declare)


def believing(parser: argparse.ArgumentParser) -> None:
    """Add ``--key`` and ``--policy``."""
    parser.add_argument(
        "--key",
        action="append",
        type=Path,
        metavar="PUB.pem",
        help="a public key to believe (repeatable; default: trusted.d in the state folder)",
    )
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="whom to believe and what to ask for, in TOML"
    )


def trust(arguments: argparse.Namespace, state: StateFolder) -> Trust:
    """Return whom ``--key`` and ``--policy``, else the state folder, say to believe.

    Raises:
        InputUnreadable, UsageError: a file cannot be read or used.
    """
    return choose(arguments.key, arguments.policy, state)


def unlocking(parser: argparse.ArgumentParser) -> None:
    """Add ``--passphrase-file``; there is no way to give a passphrase on the command line."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="the signing key's passphrase is the one line of this file (default: ask)",
    )


def passphrases(arguments: argparse.Namespace) -> Passphrases:
    """Return where the passphrase comes from."""
    return Passphrases(arguments.passphrase_file)


def keeping(parser: argparse.ArgumentParser) -> None:
    """Add ``--keep-frames``: without it, pictures are analysed in memory and never kept."""
    parser.add_argument(
        "--keep-frames", type=folder, metavar="DIR", help="keep the pictures that cameras gave"
    )


def kept(arguments: argparse.Namespace) -> str | None:
    """Return the folder of ``--keep-frames`` as an absolute path: probes run in ``/``."""
    return None if arguments.keep_frames is None else str(arguments.keep_frames.resolve())


def hiding(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--private``."""
    parser.add_argument(
        "--private", type=Path, metavar="KEYFILE", help=f"{what}; the file holds the shipment's key"
    )


def shipment_key(arguments: argparse.Namespace) -> ShipmentKey | None:
    """Return the key of ``--private``, if it was given.

    Raises:
        GaugerError: its file cannot be read, or holds something else.
    """
    return None if arguments.private is None else read_key(arguments.private)


def day(text: str) -> date:
    """Return an ISO date.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-01-31") from None


def names(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def nonce(text: str) -> str:
    """Return a nonce of 64 lower-case hex digits.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("a nonce is 64 lower-case hex digits")
    return text


def seconds(text: str) -> float:
    """Return a positive number of seconds, at most a day.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds up to 86400")
    return value


def folder(text: str) -> Path:
    """Return an existing folder.

    Raises:
        argparse.ArgumentTypeError: there is none.
    """
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return path


def today() -> date:
    """Return today's date in UTC, by the clock of who judges."""
    return datetime.now(UTC).date()


def days(text: str) -> float:
    """Return a non-negative number of days.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return value
