"""A stream hands out every frame with what the driver says of it, and leaves the node idle."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from gauger_probes.cameras import v4l2_stream_abi as abi
from gauger_probes.cameras.stream import Frame, Shape, Stream
from gauger_probes.cameras.stream_error import StreamError, Trouble
from gauger_probes.cameras.v4l2_abi import BufferType
from gauger_probes.evidence.camera import Fraction
from support.fake_camera import FakeCamera, Picture

_SHAPE = Shape(0x56595559, 4, 2)
_SINGLE, _MULTI = BufferType.VIDEO_CAPTURE, BufferType.VIDEO_CAPTURE_MPLANE


def _pictures(count: int) -> list[Picture]:
    return [Picture(bytes([number]) * 16) for number in range(count)]


def _frames(camera: FakeCamera, queue: BufferType = _SINGLE, span_s: float = 1.0) -> list[Frame]:
    with Stream(camera, queue, _SHAPE, Fraction(1, 10)) as stream:
        return list(stream.frames(patience_s=2.0, span_s=span_s))


@pytest.mark.parametrize("queue", [_SINGLE, _MULTI])
def test_every_frame_comes_with_its_bytes_count_and_times(queue: BufferType) -> None:
    camera = FakeCamera(_pictures(12))
    frames = _frames(camera, queue, span_s=10)
    assert [frame.payload for frame in frames] == [bytes([n]) * 16 for n in range(12)]
    assert [frame.sequence for frame in frames] == list(range(12))
    assert frames[1].timestamp_s - frames[0].timestamp_s == pytest.approx(0.1)
    assert frames[1].dequeued_s - frames[0].dequeued_s == pytest.approx(0.1)
    assert camera.idle


def test_frames_end_at_the_deadline_that_the_first_one_sets() -> None:
    frames = _frames(FakeCamera(_pictures(100)), span_s=1.05)
    assert len(frames) == 11


def test_what_was_granted_is_told_apart_from_what_was_asked() -> None:
    camera = FakeCamera(_pictures(1), granted=(2, 2), interval=(1, 5))
    with Stream(camera, _SINGLE, _SHAPE, Fraction(1, 10)) as stream:
        assert stream.granted.shape == Shape(_SHAPE.pixel_format, 2, 2)
        assert stream.granted.interval == Fraction(1, 5)


def test_a_driver_without_intervals_streams_all_the_same() -> None:
    camera = FakeCamera(_pictures(3), interval=None)
    with Stream(camera, _SINGLE, _SHAPE, Fraction(1, 10)) as stream:
        assert stream.granted.interval is None
        assert len(list(stream.frames(2.0, 1.0))) == 3


@pytest.mark.parametrize("call", ["S_FMT", "REQBUFS", "QUERYBUF", "QBUF", "STREAMON", "DQBUF"])
@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.EBUSY, Trouble.BUSY),
        (errno.ENODEV, Trouble.UNPLUGGED),
        (errno.ENOSPC, Trouble.NO_BANDWIDTH),
        (errno.EPIPE, Trouble.NO_PIPELINE),
        (errno.EIO, Trouble.FAULTY),
        (errno.EPROTO, Trouble.HUNG),
        (errno.ENOTRECOVERABLE, Trouble.OTHER),
    ],
)
def test_every_failure_has_a_name_and_leaves_the_node_idle(
    call: str, number: int, trouble: Trouble
) -> None:
    camera = FakeCamera(_pictures(5), fails={call: number})
    with pytest.raises(StreamError) as caught:
        _frames(camera)
    assert caught.value.trouble is trouble
    assert errno.errorcode[number] in str(caught.value)
    assert camera.idle
    assert camera.calls[-2:] == ["STREAMOFF", "REQBUFS"]


def test_unplugged_in_mid_capture_keeps_the_frames_before() -> None:
    camera = FakeCamera(_pictures(20), fails={"DQBUF": errno.ENODEV}, from_call=6)
    came = []
    with Stream(camera, _SINGLE, _SHAPE, None) as stream:
        frames = stream.frames(2.0, 10.0)
        came += [next(frames).sequence for _ in range(5)]
        with pytest.raises(StreamError) as caught:
            next(frames)
    assert caught.value.trouble is Trouble.UNPLUGGED
    assert came == [0, 1, 2, 3, 4]
    assert camera.idle


def test_silence_is_noticed_in_time() -> None:
    camera = FakeCamera([])
    with pytest.raises(StreamError) as caught:
        _frames(camera)
    assert caught.value.trouble is Trouble.SILENT
    assert camera.now() == pytest.approx(1002.0)


def test_a_stream_that_dries_up_ends_at_its_deadline() -> None:
    camera = FakeCamera([*_pictures(2), Picture(b"late", after_s=60)])
    assert len(_frames(camera)) == 2
    assert camera.now() == pytest.approx(1001.1)


@pytest.mark.parametrize("grants", [0, 33])
def test_a_nonsensical_number_of_buffers_is_refused(grants: int) -> None:
    class Generous(FakeCamera):
        def _reqbufs(self, request: abi.BufferRequest) -> None:
            request.count = self.grants if request.count else 0

    with pytest.raises(StreamError, match=f"{grants} buffers"):
        _frames(Generous(_pictures(1), grants=grants))


@pytest.mark.parametrize("size", [0, 1 << 30])
@pytest.mark.parametrize("queue", [_SINGLE, _MULTI])
def test_a_buffer_of_a_nonsensical_size_is_not_mapped(size: int, queue: BufferType) -> None:
    with pytest.raises(StreamError, match=f"{size} bytes"):
        _frames(FakeCamera(_pictures(1), buffer_bytes=size), queue)


def _with(change: Callable[[abi.Buffer], None]) -> type[FakeCamera]:
    class Liar(FakeCamera):
        def _dqbuf(self, buffer: abi.Buffer) -> None:
            super()._dqbuf(buffer)
            change(buffer)

    return Liar


def test_a_buffer_that_does_not_exist_is_a_fault() -> None:
    def change(buffer: abi.Buffer) -> None:
        buffer.index = 77

    with pytest.raises(StreamError, match="buffer 77"):
        _frames(_with(change)(_pictures(3)))


def test_more_bytes_than_the_buffer_has_are_not_read() -> None:
    def change(buffer: abi.Buffer) -> None:
        buffer.bytesused = 1 << 31

    (frame,) = _frames(_with(change)(_pictures(1), buffer_bytes=64))
    assert len(frame.payload) == 64


def test_a_picture_in_several_planes_is_refused_by_name() -> None:
    with pytest.raises(StreamError, match="several planes"):
        _frames(FakeCamera(_pictures(1), planes=2), _MULTI)


def test_a_consumer_that_fails_leaves_the_node_idle() -> None:
    camera = FakeCamera(_pictures(5))
    with pytest.raises(ZeroDivisionError):
        _fail_while_streaming(camera)
    assert camera.idle


def _fail_while_streaming(camera: FakeCamera) -> None:
    with Stream(camera, _SINGLE, _SHAPE, None) as stream:
        next(stream.frames(2.0, 1.0))
        raise ZeroDivisionError
