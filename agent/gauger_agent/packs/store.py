"""The packs at hand: those that come with the program, and newer or further ones installed here.

An installed pack is proven anew each time. The version of a pack never goes back: neither by
installing an older one, nor by putting the folder back or taking a file out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gauger_agent.errors import InputUnreadable, NotFresh, OutputUnwritable, Refused, UsageError
from gauger_agent.memory import Memory, recall, remember
from gauger_agent.packs.file import refuse_unsound
from gauger_agent.packs.signed import SignedPack, read_signed
from gauger_agent.state import StateFolder
from gauger_agent.trust.load import pack_keys, revoked_keys
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.write import write_atomic
from gauger_thresholds.packs.load import built_in
from gauger_thresholds.packs.model import LoadedPack, Pack

_SUFFIX = ".pack.json"


@dataclass(frozen=True, slots=True)
class AtHand:
    """A pack that is judged by, and who signed it; nobody, where it comes with the program."""

    loaded: LoadedPack
    signed: SignedPack | None = None

    @property
    def version(self) -> int:
        """Counts up with every change of the pack."""
        return self.loaded.pack.version


def packs(state: StateFolder) -> tuple[LoadedPack, ...]:
    """Return the packs to judge by, by id.

    Raises:
        GaugerError: as :func:`at_hand`.
    """
    return tuple(item.loaded for item in at_hand(state))


def at_hand(state: StateFolder) -> tuple[AtHand, ...]:
    """Return every pack in its newest version, by id.

    Raises:
        InputUnreadable: a file cannot be read.
        Refused: an installed pack is not believed any longer, or a newer one was there before.
        UsageError: the packs do not go together.
    """
    installed = list(_installed(state))
    newest = _newest([*_own(), *installed])
    _refuse_older(newest, recall(state).packs)
    if installed:
        refuse_unsound([item.loaded for item in newest.values()], ())
    return tuple(newest[name] for name in sorted(newest))


def install(state: StateFolder, signed: SignedPack, believed: Sequence[TrustedKey] = ()) -> bool:
    """Keep ``signed``, and return whether it was news.

    ``believed`` are kept too, as keys of who may state the law here from now on.

    Raises:
        NotFresh: a newer version is at hand, or another pack of the same version.
        UsageError: it does not go together with the packs at hand.
        OutputUnwritable: it cannot be kept; what was there before still is.
    """
    pack = signed.loaded.pack
    known = _newest([*_own(), *_believed(state)])
    held = known.get(pack.id)
    if held is not None and held.loaded.sha256 == signed.loaded.sha256:
        return False
    _refuse_going_back(pack, held, recall(state).packs.get(pack.id, 0))
    refuse_unsound([signed.loaded], [item.loaded for item in known.values()])
    _make(state)
    for key in believed:
        write_atomic(state.pack_keys / f"{key.spki_sha256[:12]}.pem", key.pem)
    write_atomic(state.packs / f"{pack.id}{_SUFFIX}", signed.data)
    remember(state, Memory(packs={pack.id: pack.version}))
    return True


def _make(state: StateFolder) -> None:
    try:
        state.pack_keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        message = f"cannot make {state.pack_keys}: {problem.strerror}"
        raise OutputUnwritable(message, "set GAUGER_HOME to a folder of yours") from problem


def _own() -> list[AtHand]:
    return [AtHand(item) for item in built_in()]


def _installed(state: StateFolder) -> Iterator[AtHand]:
    for path, read in _reading(state):
        try:
            yield read()
        except Refused as problem:
            message = f"{path}: an installed pack is not believed: {problem.message}"
            advice = "install it anew from a source that you trust: gauger packs install FILE"
            raise type(problem)(message, advice, problem.checks) from problem


def _believed(state: StateFolder) -> Iterator[AtHand]:
    """Yield the installed packs that can be used; what replaces the others may be on its way."""
    for _, read in _reading(state):
        with suppress(Refused, UsageError):
            yield read()


def _reading(state: StateFolder) -> Iterator[tuple[Path, Callable[[], AtHand]]]:
    try:
        found = sorted(path for path in state.packs.iterdir() if path.name.endswith(_SUFFIX))
    except FileNotFoundError:
        return
    except OSError as problem:
        raise InputUnreadable(f"cannot read {state.packs}: {problem.strerror}") from problem
    if found:
        keys, revoked = pack_keys(state), revoked_keys(state)
        for path in found:
            yield path, partial(_read, path, keys, revoked)


def _read(path: Path, keys: tuple[TrustedKey, ...], revoked: tuple[TrustedKey, ...]) -> AtHand:
    signed = read_signed(path, keys, revoked)
    return AtHand(signed.loaded, signed)


def _newest(items: Iterable[AtHand]) -> dict[str, AtHand]:
    """Of two packs of one version the program's own counts, which comes first."""
    newest: dict[str, AtHand] = {}
    for item in items:
        held = newest.get(item.loaded.pack.id)
        if held is None or item.version > held.version:
            newest[item.loaded.pack.id] = item
    return newest


def _refuse_going_back(pack: Pack, held: AtHand | None, seen: int) -> None:
    """Refuse what is older than anything before; the newest may be put back where it is gone."""
    version = 0 if held is None else held.version
    if pack.version > version and pack.version >= seen:
        return
    raise NotFresh(
        f"{pack.id}: version {pack.version} is not newer than version {max(version, seen)}, "
        "which this machine has or had",
        "the version of a pack never goes back; ask for the newest",
    )


def _refuse_older(newest: Mapping[str, AtHand], seen: Mapping[str, int]) -> None:
    for name, version in sorted(seen.items()):
        held = newest.get(name)
        if held is None or held.version < version:
            at = "nothing" if held is None else f"version {held.version}"
            raise NotFresh(
                f"{name}: version {version} was installed here, and {at} is left of it",
                "install it again: gauger packs install FILE; older law is never used unasked",
            )
