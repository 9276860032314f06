"""Records the fixture ``vm-cameras``: ``python tests/vm/record.py`` in the repository's root."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
_TREE = _TESTS / "fixtures/machines/vm-cameras/tree"


def main() -> None:
    """Replace the recorded tree by what a fresh machine shows."""
    sys.path.insert(0, str(_TESTS))
    from vm.cameras import run_guest

    found = run_guest("run_record.py")
    shutil.rmtree(_TREE, ignore_errors=True)
    for path, content in found.items():
        target = _TREE / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if "link" in content:
            target.symlink_to(content["link"])
        else:
            target.write_bytes(bytes.fromhex(content["hex"]))


if __name__ == "__main__":
    main()
