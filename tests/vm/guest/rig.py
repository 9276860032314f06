"""Runs one scenario in the guest: ``python3 -m vm.guest.rig NAME FOLDER``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(name: str, out: Path) -> None:
    """Run ``vm.scenarios.NAME.main(out)``."""
    import_module(f"vm.scenarios.{name}").main(out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
