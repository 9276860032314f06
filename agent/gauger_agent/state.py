"""Where this machine's keys and memory lie: the state folder and the names inside it.

The layout is the design's ("Names that outlive a release"). Nothing here touches a disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gauger_agent.errors import UsageError


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder ``root`` and what it holds; nothing in it needs to exist yet."""

    root: Path

    @property
    def default_key(self) -> Path:
        """The private key that signs (PKCS#8 PEM, mode 0600)."""
        return self.root / "keys" / "default.pem"

    @property
    def trusted(self) -> Path:
        """Public keys that are believed, one ``*.pem`` each."""
        return self.root / "trusted.d"

    @property
    def revoked(self) -> Path:
        """Public keys that are believed no longer, whatever else names them."""
        return self.root / "revoked.d"

    @property
    def packs(self) -> Path:
        """Packs that were installed beside the built-in ones, signed, one ``*.pack.json`` each."""
        return self.root / "packs"

    @property
    def pack_keys(self) -> Path:
        """Public keys of who may state the law here (packs, not manifests), one ``*.pem`` each."""
        return self.packs / "trusted.d"

    @property
    def seen(self) -> Path:
        """The highest version seen of each pack, the last manifest of each fingerprint."""
        return self.root / "seen.json"


def locate(environment: Mapping[str, str]) -> StateFolder:
    """Return the state folder that ``environment`` names; an empty variable counts as unset.

    ``GAUGER_HOME``, else the first of a service's ``STATE_DIRECTORY`` (systemd.exec(5)), else
    ``gauger`` in ``XDG_STATE_HOME``, which is ``$HOME/.local/state`` by default.

    Raises:
        UsageError: no variable names a place.
    """
    if home := environment.get("GAUGER_HOME"):
        return StateFolder(Path(home))
    if service := environment.get("STATE_DIRECTORY", "").partition(":")[0]:
        return StateFolder(Path(service))
    if base := environment.get("XDG_STATE_HOME"):
        return StateFolder(Path(base) / "gauger")
    if user := environment.get("HOME"):
        return StateFolder(Path(user) / ".local" / "state" / "gauger")
    raise UsageError("no place for keys: HOME is not set", "Set GAUGER_HOME to a folder.")
