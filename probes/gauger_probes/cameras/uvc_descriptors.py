"""Reads a USB device's descriptors: its interfaces and the video modes that it claims.

Input is what sysfs keeps in ``descriptors`` (the device descriptor, then every configuration
whole), which any user can read whether or not a driver is bound. Layouts are those of the USB
Video Class specification as the kernel's uvcvideo reads them. Every byte is untrusted: a block
that does not add up is skipped with a note and costs no more than itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from gauger_probes.cameras.uvc_streaming import StreamParser
from gauger_probes.evidence.camera import Mode

#: Most bytes read: a configuration is at most 65,535 long, and no camera has more than a few.
MAX_BYTES = 1 << 20
#: Most notes kept; a device may be all garbage.
MAX_NOTES = 16

_VIDEO_STREAMING = (0x0E, 0x02)


class _Kind(IntEnum):
    CONFIGURATION = 0x02
    INTERFACE = 0x04
    CLASS_SPECIFIC_INTERFACE = 0x24


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface descriptor; an alternate setting is an entry of its own."""

    number: int
    alternate: int
    class_: int
    subclass: int
    protocol: int

    @property
    def is_video(self) -> bool:
        """Whether it is USB Video Class, or USB3 Vision (class EF, subclass 05)."""
        return self.class_ == 0x0E or (self.class_, self.subclass) == (0xEF, 0x05)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What a device's descriptors claim; ``notes`` says what could not be read in them."""

    interfaces: tuple[Interface, ...]
    modes: tuple[Mode, ...]
    notes: tuple[str, ...]


def parse(raw: bytes) -> Descriptors:
    """Return the interfaces and video modes in ``raw``; never raises, whatever the bytes are."""
    reader = _Reader()
    if len(raw) > MAX_BYTES:
        reader.notes.append(f"only the first {MAX_BYTES} bytes were read")
    for block in _blocks(raw[:MAX_BYTES], reader.notes):
        reader.take(block)
    reader.close()
    return Descriptors(
        interfaces=tuple(dict.fromkeys(reader.interfaces)),
        modes=tuple(dict.fromkeys(reader.modes)),
        notes=tuple(dict.fromkeys(reader.notes))[:MAX_NOTES],
    )


def _blocks(raw: bytes, notes: list[str]) -> Iterator[bytes]:
    offset = 0
    while offset < len(raw):
        length = raw[offset]
        if length < 2:
            notes.append(f"a descriptor of {length} bytes at offset {offset} ends the reading")
            return
        if offset + length > len(raw):
            notes.append(f"the descriptor at offset {offset} is cut short")
            return
        yield raw[offset : offset + length]
        offset += length


@dataclass(slots=True)
class _Reader:
    interfaces: list[Interface] = field(default_factory=list)
    modes: list[Mode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    streams_seen: set[int] = field(default_factory=set)
    stream: StreamParser | None = None

    def take(self, block: bytes) -> None:
        kind = block[1]
        if kind == _Kind.CONFIGURATION:
            self.close()
            self.streams_seen.clear()
        elif kind == _Kind.INTERFACE:
            self._interface(block)
        elif kind == _Kind.CLASS_SPECIFIC_INTERFACE and self.stream is not None:
            # Some cameras put these behind the endpoint; the interface is still the one before.
            self.stream.take(block)

    def close(self) -> None:
        if self.stream is not None:
            modes, notes = self.stream.finish()
            self.modes.extend(modes)
            self.notes.extend(notes)
            self.stream = None

    def _interface(self, block: bytes) -> None:
        self.close()
        if len(block) < 9:
            self.notes.append(f"an interface descriptor of {len(block)} bytes is too short")
            return
        found = Interface(block[2], block[3], block[5], block[6], block[7])
        self.interfaces.append(found)
        streaming = (found.class_, found.subclass) == _VIDEO_STREAMING
        if streaming and found.number not in self.streams_seen:
            self.streams_seen.add(found.number)
            self.stream = StreamParser(found.number)
