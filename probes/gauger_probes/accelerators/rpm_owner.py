"""Which RPM package claims a file: rpm's database has no format to read, so rpm itself is asked.

One query, bounded in time and length: the package's name, the kind of its digests and the digest
of each of its files (tags of rpm's lib/rpmtag.h; kinds of rpm's rpmio/rpmpgp.h: 8 is SHA-256).
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from gauger_probes.accelerators.owner import Digests, Owner
from gauger_probes.text import clean

_RPM = ("/usr/bin/rpm",)
_QUERY = r"%{NAME}\n%{FILEDIGESTALGO}\n[%{FILEDIGESTS} %{FILENAMES}\n]"
_SHA256 = "8"
#: A database query takes well under a second; the lock of a running update takes for ever.
_TIMEOUT_S = 5.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def owner(path: str, digests: Digests, program: Sequence[str] = _RPM) -> Owner | None:
    """Return the package that claims the absolute ``path`` of the running system.

    ``None`` where there is no rpm, none claims it, or rpm does not answer in time.
    """
    command = [*program, "-qf", "--qf", _QUERY, "--", path]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_ENVIRONMENT,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return (
        told(done.stdout.decode("utf-8", "replace"), path, digests) if not done.returncode else None
    )


def told(answer: str, path: str, digests: Digests) -> Owner | None:
    """Return the owner that rpm's ``answer`` tells of."""
    name, _, rest = answer.partition("\n")
    kind, _, files = rest.partition("\n")
    package = clean(name)
    if package is None:
        return None
    stated = [line.partition(" ")[0] for line in files.split("\n") if line.endswith(f" {path}")]
    known = kind == _SHA256 and stated and stated[0]
    return Owner(package, stated[0] == digests.sha256 if known else None)
