"""Hands frames to the analysis of effective detail, and keeps them where that was asked for."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from gauger_probes.cameras.choose import Choice
from gauger_probes.cameras.film_figures import Setup, effective_detail
from gauger_probes.cameras.picture import is_jpeg, jpeg_luma, luma
from gauger_probes.cameras.take import Take
from gauger_probes.evidence.common import Measurement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Frames that are analysed; twice as many show hardly more.
FRAMES = 8
#: Fewer are no series.
_FEWEST = 2


class NoDetailError(Exception):
    """The frames cannot be analysed; the message says why."""


def detail_of(setup: Setup, took: Take) -> Measurement:
    """Return the effective detail of what was taken.

    Raises:
        NoDetailError: there are too few whole frames, or no library to read them.
    """
    try:
        return _analysed(setup, took)
    except ImportError as problem:
        raise NoDetailError(f"{problem.name or 'a library'} cannot be loaded") from problem


def _analysed(setup: Setup, took: Take) -> Measurement:
    import numpy as np

    from gauger_probes.cameras.detail.analyse import analyse
    from gauger_probes.cameras.detail.jpeg import JpegError, luma_table
    from gauger_probes.cameras.detail.model import Codec, Source

    source = Source(Codec.RAW)
    if is_jpeg(setup.choice.pixel_format):
        table = None
        with contextlib.suppress(JpegError, IndexError):
            table = luma_table(took.pictures[0])
        source = Source(Codec.MJPEG, table)
    found = [_luma(setup.choice, took, picture) for picture in took.pictures]
    frames = [frame for frame in found if frame is not None]
    frames = [frame for frame in frames if frame.shape == frames[0].shape]
    if len(frames) < _FEWEST:
        raise NoDetailError(f"only {len(frames)} whole frames came to be analysed")
    return effective_detail(setup, analyse(np.stack(frames), source), len(frames))


def keep(folder: str, camera: str, setup: Setup, took: Take) -> None:
    """Write the bytes of the analysed frames into ``folder``, one file each.

    Raises:
        OSError: the folder cannot be written.
    """
    choice = setup.choice
    kind = "jpg" if is_jpeg(choice.pixel_format) else choice.pixel_format.strip()
    name = f"{camera}-{Path(setup.node).name}-{choice.width}x{choice.height}"
    safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(took.pictures):
        suffix = re.sub(r"[^A-Za-z0-9-]", "_", kind)
        (target / f"{safe}-{number}.{suffix}").write_bytes(picture)


def _luma(choice: Choice, took: Take, picture: bytes) -> NDArray[np.uint8] | None:
    if is_jpeg(choice.pixel_format):
        return jpeg_luma(picture)
    shape = took.granted.shape
    return luma(
        picture, choice.pixel_format, shape.width, shape.height, took.granted.bytes_per_line
    )
