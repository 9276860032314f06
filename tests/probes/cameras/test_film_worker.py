"""The process that films one camera leaves it as it was, also when it is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

from gauger_probes.cameras.film_worker import Job, film_camera
from gauger_probes.cameras.filming import News, Order
from gauger_probes.cameras.nodes import DeviceNumber
from gauger_probes.cameras.v4l2_node import Question
from gauger_probes.evidence.coverage import Status

#: Borrows a control of a camera made of Python, tells that it has, and waits to be ended.
_BORROWS = textwrap.dedent(
    """
    import signal, time
    from gauger_probes.cameras import film_worker
    from gauger_probes.cameras.controls import Borrowed
    from gauger_probes.cameras.v4l2_control_abi import ControlId
    from support.fake_camera import FakeCamera, FakeControl
    signal.signal(signal.SIGTERM, film_worker._leave)
    camera = FakeCamera(controls={ControlId.GAIN: FakeControl(7)})
    try:
        with Borrowed(camera.ioctl) as borrowed:
            borrowed.set(ControlId.GAIN, 99)
            print(camera.controls[ControlId.GAIN].value, flush=True)
            time.sleep(60)
    finally:
        print(camera.controls[ControlId.GAIN].value, flush=True)
    """
)


def test_told_to_end_it_puts_every_control_back() -> None:
    program = f"import sys; sys.path[:] = {sys.path!r}\n{_BORROWS}"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"99\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == b"7\n"
    assert process.returncode == 1


def test_nodes_that_cannot_be_opened_are_told_and_the_rest_goes_on() -> None:
    null = os.stat(os.devnull).st_rdev  # noqa: PTH116 - a device has no better
    number = DeviceNumber(os.major(null), os.minor(null))
    questions = (
        Question("/nonexistent", "/dev/video0", number),
        Question(os.devnull, "/dev/video1", number),
    )
    told = list(film_camera(Job(questions, Order("cam", 1.0), gone_s=5.0)))
    assert [news.status for news in told] == [Status.PARTIAL, Status.PARTIAL, Status.OK]
    assert str(told[0].problem).startswith("/dev/video0: there is no such node")
    assert str(told[1].problem).startswith("/dev/video1: ")
    assert told[2] == News(done=True)
