"""The wire format keeps what it carries and refuses everything else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Asked, Identified, Measured, Options, Part, Progress, Result
from gauger_probes.run import limits
from gauger_probes.run.protocol import (
    Failure,
    ProtocolError,
    Reply,
    Request,
    Task,
    decode_message,
    decode_request,
    encode_progress,
    encode_reply,
    encode_request,
)
from support.evidence import sample_camera, sample_gpu, sample_host

_REQUEST = Request(
    tasks=(Task("host", "a.b:c"),),
    root="/srv/captures/\udc80 odd",
    captured=True,
    options=Options(2.5, force=True),
    parent=42,
    memory_bytes=1024,
    extra_path=("/tmp/x",),
)


def _full_result() -> Result:
    gpu, camera = sample_gpu(), sample_camera()
    return Result(
        host=sample_host(),
        cameras=(camera,),
        accelerators=(gpu,),
        identified=(Identified(gpu.address, gpu.identities[0], parent="x"),),
        asked=(Asked(camera.nodes[0], "uvcvideo", "UVC Camera", "usb-1"),),
        measured=(Measured(gpu.id, gpu.measurements),),
        status=Status.PARTIAL,
        reason="two\nlines and “quotes”",
        could_hide=(Hidden.CAMERA,),
        parts=(Part("host.tpm", Status.DENIED, "not root"),),
        notes={"deep": [{"er": None}]},
    )


def test_a_request_comes_back_as_it_was_sent_even_with_an_odd_path() -> None:
    assert decode_request(encode_request(_REQUEST)) == _REQUEST


@pytest.mark.parametrize("outcome", [_full_result(), Failure(Status.DENIED, "not root")])
def test_a_reply_comes_back_as_it_was_sent_on_one_line(outcome: Result | Failure) -> None:
    reply = Reply("host", 0.25, outcome)
    data = encode_reply(reply)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert decode_message(data[:-1]) == reply


def test_progress_comes_back_as_it_was_sent() -> None:
    progress = Progress(1.5, 30.0, "fp16")
    assert decode_message(encode_progress(progress)[:-1]) == progress


def test_a_request_beyond_the_limit_is_refused_on_both_sides() -> None:
    large = replace(_REQUEST, extra_path=tuple("x" * 1000 for _ in range(300)))
    with pytest.raises(ProtocolError, match=f"more than {limits.MAX_REQUEST}"):
        encode_request(large)
    with pytest.raises(ProtocolError, match=f"more than {limits.MAX_REQUEST}"):
        decode_request(b" " * (limits.MAX_REQUEST + 1))


def test_a_message_beyond_the_limit_is_refused_on_both_sides() -> None:
    notes: dict[str, JsonValue] = {"words": ["x" * 60_000] * (limits.MAX_MESSAGE // 60_000 + 1)}
    with pytest.raises(ProtocolError, match=f"more than {limits.MAX_MESSAGE}"):
        encode_reply(Reply("host", 0.0, Result(notes=notes)))
    with pytest.raises(ProtocolError, match=f"more than {limits.MAX_MESSAGE}"):
        decode_message(b" " * (limits.MAX_MESSAGE + 1))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b'"result"',
        b"\xff",
        b"[" * 100_000,
        b'{"progress": {"done": 1, "total": 2, "label": "x"}, "result": null}',
        b'{"gossip": {}}',
        b'{"progress": {"done": NaN, "total": 2, "label": "x"}}',
        b'{"progress": {"done": 1e999, "total": 2, "label": "x"}}',
        b'{"progress": {"done": 1, "done": 2, "total": 2, "label": "x"}}',
        b'{"progress": {"done": 1, "total": 2, "label": "\\ud800"}}',
        b'{"progress": {"done": 1, "total": 2}}',
        b'{"result": []}',
        b'{"result": {"probe": "host", "durationS": 1}}',
        b'{"result": {"probe": "host", "durationS": "1", "result": {}}}',
        b'{"result": {"probe": "host", "durationS": 1, "result": {}, "more": 1}}',
        b'{"result": {"probe": "h", "durationS": 1, "result": {},'
        b' "error": {"status": "ok", "reason": ""}}}',
        b'{"result": {"probe": "h", "durationS": 1, "error": {"status": "fine", "reason": ""}}}',
    ],
)
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_message(line)


@pytest.mark.parametrize(
    ("result", "where"),
    [
        ({"host": 1}, "$.host"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"status": "splendid"}, "$.status"),
        ({"reason": "x" * 70_000}, "$.reason"),
        (None, "expected an object"),
    ],
)
def test_a_misshapen_result_is_a_failure_of_that_probe_alone(result: object, where: str) -> None:
    body = {"result": {"probe": "host", "durationS": 1, "result": result}}
    message = decode_message(json.dumps(body).encode())
    assert isinstance(message, Reply)
    assert isinstance(message.outcome, Failure)
    assert message.outcome.status is Status.CRASHED
    assert message.outcome.reason.startswith("malformed result: ")
    assert where in message.outcome.reason


def test_a_child_cannot_claim_to_have_taken_less_than_no_time() -> None:
    message = decode_message(b'{"result": {"probe": "host", "durationS": -5, "result": {}}}')
    assert message == Reply("host", 0.0, Result())


def test_a_result_that_contains_itself_is_refused() -> None:
    notes: dict[str, object] = {}
    notes["self"] = notes
    with pytest.raises(ProtocolError, match="JSON cannot carry it"):
        encode_reply(Reply("host", 0.0, Result(notes=notes)))  # type: ignore[arg-type]


def test_a_result_with_a_foreign_object_in_it_is_refused() -> None:
    odd = Result(notes={"path": Path("/")})  # type: ignore[dict-item]
    with pytest.raises(ProtocolError, match="not JSON"):
        encode_reply(Reply("host", 0.0, odd))
