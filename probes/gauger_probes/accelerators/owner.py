"""Which package claims a file, as far as a package manager says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digests:
    """A file's own digests, in lower-case hexadecimal."""

    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The package, and whether the file is as it delivered it; ``None``: it states no digest."""

    package: str
    intact: bool | None
