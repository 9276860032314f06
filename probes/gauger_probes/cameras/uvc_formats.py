"""Which pixel format a UVC format GUID means.

The names on the right are V4L2's, as uvcvideo reports them; the pairs are those of the kernel's
drivers/media/common/uvc.c and include/linux/usb/uvc.h. A GUID outside the table that ends as
Media Foundation's base GUID does carries its four-character code in front.
"""

from __future__ import annotations

_BASE = bytes.fromhex("00001000800000aa00389b71")
_ISIGHT_TAIL = bytes.fromhex("000010008000000000389b71")
_INFRARED_TAIL = bytes.fromhex("02001000800000aa00389b71")
_DIRECT3D_TAIL = bytes.fromhex("4f52ce119f530020af0ba770")

_KNOWN: dict[bytes, str] = {
    b"YUY2" + _BASE: "YUYV",
    b"YUY2" + _ISIGHT_TAIL: "YUYV",
    b"I420" + _BASE: "YU12",
    b"Y800" + _BASE: "GREY",
    b"Y8  " + _BASE: "GREY",
    b"\x32\0\0\0" + _BASE: "GREY",
    b"\x32\0\0\0" + _INFRARED_TAIL: "GREY",
    b"BY8 " + _BASE: "BA81",
    b"RW10" + _BASE: "pRAA",
    b"BG16" + _BASE: "BYR2",
    b"H265" + _BASE: "HEVC",
    b"C   " + _BASE: "CNF4",
    b"\x7b\xeb\x36\xe4" + _DIRECT3D_TAIL: "RGBP",
    b"\x7d\xeb\x36\xe4" + _DIRECT3D_TAIL: "BGR3",
    b"\x7e\xeb\x36\xe4" + _DIRECT3D_TAIL: "XR24",
    bytes.fromhex("494e565a902d584a920b773f1f2c556b"): "Z16 ",
    bytes.fromhex("494e5a49661a42a29065d01814a8ef8a"): "INZI",
    bytes.fromhex("494e5649db57495e8e3ff479532b946f"): "Y10 ",
}


def pixel_format(guid: bytes) -> str | None:
    """Return the pixel format of a 16-byte GUID as stored, or ``None`` if nothing names it."""
    known = _KNOWN.get(guid)
    if known is not None:
        return known
    code = guid[:4]
    named = guid[4:] == _BASE and all(0x20 <= character < 0x7F for character in code)
    return code.decode("ascii") if named else None
