"""What a verifier remembers from one use to the next."""

from __future__ import annotations

import dataclasses
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent import memory as module
from gauger_agent.build_date import BUILT
from gauger_agent.errors import InputUnreadable, OutputUnwritable
from gauger_agent.manifest.statement import Mode
from gauger_agent.memory import Memory, recall, remember
from gauger_agent.state import StateFolder
from gauger_agent.verify.core import verify
from gauger_agent.verify.options import Seen
from support.manifests import options, sample_manifest, sample_predicate
from support.privilege import open_folder, without_root

DAY = datetime(2026, 12, 1, 12, tzinfo=UTC)
ROLLUP = "ab" * 32


def _seen(minutes: int, payload: str = "00") -> Seen:
    return Seen(DAY + timedelta(minutes=minutes), payload * 32)


_MEMORIES = st.builds(
    Memory,
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(
        st.sampled_from(["aa", "bb", "cc"]),
        st.datetimes(timezones=st.just(UTC)).map(lambda moment: Seen(moment, "00" * 32)),
    ),
)


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    assert recall(StateFolder(tmp_path / "none")) == Memory()


@given(memory=_MEMORIES)
def test_what_was_remembered_is_recalled(
    tmp_path_factory: pytest.TempPathFactory, memory: Memory
) -> None:
    state = StateFolder(tmp_path_factory.mktemp("state"))
    remember(state, memory)
    assert recall(state) == memory


@given(_MEMORIES, _MEMORIES)
def test_of_two_memories_the_newer_manifest_of_each_machine_stays(a: Memory, b: Memory) -> None:
    both = a.merged(b)
    assert both == b.merged(a)
    assert both.merged(a) == both
    for rollup, seen in (*a.manifests.items(), *b.manifests.items()):
        assert both.manifests[rollup].collected_at >= seen.collected_at


def test_an_older_manifest_never_replaces_a_newer_one() -> None:
    memory = Memory().with_manifest(ROLLUP, _seen(5)).with_manifest(ROLLUP, _seen(4, "11"))
    assert memory.manifests[ROLLUP] == _seen(5)


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    exact = Seen(DAY.replace(microsecond=999_999), "00" * 32)
    remember(StateFolder(tmp_path), Memory(DAY, {ROLLUP: exact}))
    assert recall(StateFolder(tmp_path)).manifests[ROLLUP] == exact


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    remember(StateFolder(tmp_path / "new"), Memory(DAY))
    assert stat.S_IMODE((tmp_path / "new" / "seen.json").stat().st_mode) == 0o600


def test_verifiers_side_by_side_forget_nothing(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    memories = [Memory(DAY, {f"{at:02x}" * 32: _seen(at)}) for at in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda memory: remember(state, memory), memories))
    assert len(recall(state).manifests) == 40


def test_the_oldest_machines_are_forgotten_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_MACHINES", 2)
    state = StateFolder(tmp_path)
    remember(state, Memory(DAY, {name: _seen(at) for at, name in enumerate(("a", "b", "c"))}))
    assert set(recall(state).manifests) == {"b", "c"}


def test_a_full_memory_fits_its_own_limit(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    many = {f"{at:064x}": _seen(at) for at in range(module.MAX_MACHINES)}
    remember(state, Memory(DAY, many))
    assert len(recall(state).manifests) == module.MAX_MACHINES


def test_what_other_parts_keep_in_the_file_stays(tmp_path: Path) -> None:
    content = {"schema": "gauger.seen/1", "packs": {"us-4a003": "3"}}
    (tmp_path / "seen.json").write_text(json.dumps(content))
    remember(StateFolder(tmp_path), Memory(DAY))
    assert json.loads((tmp_path / "seen.json").read_text())["packs"] == {"us-4a003": "3"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"{",
        b'{"schema":"gauger.seen/2"}',
        b'{"schema":"gauger.seen/1","lastUsed":"yesterday"}',
        b'{"schema":"gauger.seen/1","manifests":{"a":{}}}',
        b'{"schema":"gauger.seen/1","manifests":{"a":1}}',
        b'{"schema":"gauger.seen/1","manifests":{"a":{"collectedAt":"x","payloadSha256":"y"}}}',
        b'{"schema":"gauger.seen/1","schema":"gauger.seen/1"}',
    ],
)
def test_a_damaged_file_is_an_error_and_never_a_fresh_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "seen.json").write_bytes(content)
    for use in (recall, lambda state: remember(state, Memory(DAY))):
        with pytest.raises(InputUnreadable, match=r"seen\.json"):
            use(StateFolder(tmp_path))
    assert (tmp_path / "seen.json").read_bytes() == content


def test_a_state_folder_that_cannot_be_written_is_one_clear_line() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        with without_root(), pytest.raises(OutputUnwritable, match="Permission denied"):
            remember(StateFolder(folder), Memory(DAY))


def test_a_believed_manifest_is_learnt_with_its_time_and_payload() -> None:
    stated = "2026-12-01T11:59:00Z"
    verified = verify(sample_manifest(collected_at=stated), options(), DAY)
    memory = Memory().after(verified, DAY)
    rollup = sample_predicate().fingerprint.rollup
    assert memory.manifests == {rollup: Seen(verified.collected_at, verified.payload_sha256)}
    assert memory.last_used == DAY


def test_nothing_is_learnt_from_a_refusal_a_captured_tree_or_a_clock_in_doubt() -> None:
    captured = sample_manifest(mode=Mode.CAPTURED)
    ahead = sample_manifest(collected_at="2026-12-02T00:00:00Z")
    asked = dataclasses.replace(options(), accept_captured=True)
    for manifest in (captured, ahead):
        assert Memory().after(verify(manifest, asked, DAY), DAY) == Memory()
    assert Memory().after(None, DAY) == Memory()
    early = BUILT - timedelta(days=1)
    assert Memory().after(verify(sample_manifest(), options(), early), early) == Memory()


def test_the_tool_was_not_built_in_the_future() -> None:
    assert datetime.now(UTC) > BUILT
