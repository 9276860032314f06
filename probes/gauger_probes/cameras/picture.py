"""What the bytes of one frame show: how large it is, whether it is whole, its luma, its bits.

Raw layouts follow the kernel's "Image Formats"; JPEG markers ITU-T T.81, annex B. The bytes come
from a camera: every length is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Bits of one pixel in memory, all planes together.
_BITS = {
    **dict.fromkeys(("GREY",), 8),
    **dict.fromkeys(("NV12", "NV21", "YU12", "YV12"), 12),
    **dict.fromkeys(("YUYV", "UYVY", "YVYU", "VYUY", "Y10 ", "Y12 ", "Y16 ", "Y16 -BE"), 16),
    **dict.fromkeys(("RGBP",), 16),
    **dict.fromkeys(("RGB3", "BGR3"), 24),
}
#: Where the luma of a row lies: first byte, and bytes from one pixel to the next. Of Y16 the
#: upper byte is taken, which is the second.
_LUMA = {
    **dict.fromkeys(("GREY", "NV12", "NV21", "YU12", "YV12"), (0, 1)),
    **dict.fromkeys(("YUYV", "YVYU"), (0, 2)),
    **dict.fromkeys(("UYVY", "VYUY", "Y16 "), (1, 2)),
}
_DEEP = {"Y10 ": "<u2", "Y12 ": "<u2", "Y16 ": "<u2", "Y16 -BE": ">u2"}

_JPEG_FORMATS = ("MJPG", "JPEG")
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MAX_SEGMENTS = 64


def is_jpeg(pixel_format: str) -> bool:
    """Return whether frames of this format are JPEG pictures."""
    return pixel_format in _JPEG_FORMATS


def is_short(payload: bytes, pixel_format: str, width: int, height: int) -> bool:
    """Return whether bytes are missing from a frame, as far as its format tells."""
    if is_jpeg(pixel_format):
        # Some cameras fill the rest of the buffer with zeros.
        whole = payload.startswith(_JPEG_START) and payload.rstrip(b"\0").endswith(_JPEG_END)
        return not whole
    return len(payload) < width * height * _BITS.get(pixel_format, 0) // 8 or not payload


def jpeg_size(payload: bytes) -> tuple[int, int] | None:
    """Return width and height that a JPEG's frame header states, ``None`` where it has none."""
    at = len(_JPEG_START)
    for _ in range(_MAX_SEGMENTS):
        while payload[at : at + 2] == b"\xff\xff":
            at += 1
        head = payload[at : at + 9]
        if len(head) < 9 or head[0] != 0xFF or head[1] == _SCAN:
            return None
        if head[1] in _FRAME_MARKERS:
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        at += 2 + max(2, int.from_bytes(head[2:4], "big"))
    return None


def luma(
    payload: bytes, pixel_format: str, width: int, height: int, bytes_per_line: int
) -> NDArray[np.uint8] | None:
    """Return the luma of a raw frame as ``height`` × ``width`` values, ``None`` where it has none.

    ``bytes_per_line`` is the driver's; a smaller one than a row needs is not believed.
    """
    import numpy as np

    if pixel_format not in _LUMA or width <= 0 or height <= 0:
        return None
    begin, step = _LUMA[pixel_format]
    row = width * step
    stride = bytes_per_line if bytes_per_line >= row else row
    if len(payload) < stride * (height - 1) + row:
        stride = row
    if len(payload) < stride * height - (stride - row):
        return None
    missing = max(0, stride * height - len(payload))
    data = np.frombuffer(payload + bytes(missing), np.uint8, stride * height)
    return np.ascontiguousarray(data.reshape(height, stride)[:, begin:row:step])


def jpeg_luma(payload: bytes) -> NDArray[np.uint8] | None:
    """Return the luma of a JPEG as height × width values, ``None`` if it cannot be decoded.

    Raises:
        ImportError: OpenCV is not installed.
    """
    import cv2
    import numpy as np

    try:
        picture = cv2.imdecode(np.frombuffer(payload, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def bit_depth(payloads: Iterable[bytes], pixel_format: str) -> int | None:
    """Return the highest bit that any pixel uses, of formats whose samples have more than 8."""
    if pixel_format not in _DEEP:
        return None
    import numpy as np

    highest = 0
    for payload in payloads:
        samples = np.frombuffer(payload, _DEEP[pixel_format], len(payload) // 2)
        highest = max(highest, int(samples.max(initial=0)))
    return highest.bit_length() or None
