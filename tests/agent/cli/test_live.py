"""The main job on the machine at hand."""

from __future__ import annotations

import base64
import getpass
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from gauger_agent.exit_codes import ExitCode
from support.command import gauger

_VERDICTS = {ExitCode.DONE, ExitCode.MEETS, ExitCode.INDETERMINATE}


def test_this_machine_is_probed_judged_signed_and_verified_elsewhere(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    arguments = ("run", "--budget", "2", "--output", f"{tmp_path}/", "--json")
    done = gauger(*arguments, home=home)
    assert done.code in _VERDICTS, done.err
    key = tmp_path / "machine.pem"
    key.write_text(gauger("keys", "export", home=home).out)
    again = gauger("verify", done.json["manifest"], "--key", key, "--json", home=elsewhere)
    assert again.code == done.code
    assert again.json["assurance"] == "fileKey"
    assert again.json["payloadSha256"] == done.json["payloadSha256"]
    assert gauger("verify", done.json["manifest"], home=elsewhere).code == ExitCode.NOT_BELIEVED


def test_the_file_is_named_after_the_machine_and_the_time(tmp_path: Path) -> None:
    done = gauger("run", "--no-measure", "--output", f"{tmp_path}/", "--json", home=tmp_path)
    name = Path(done.json["manifest"]).name
    stem, _, rest = name.partition("-20")
    assert stem
    assert rest.endswith("Z.gauger.json")
    assert [path.name for path in tmp_path.glob("*.gauger.json")] == [name]


def test_two_runs_of_one_machine_have_one_fingerprint(tmp_path: Path) -> None:
    runs = [
        gauger("run", "--no-measure", "--output", tmp_path / f"{n}.json", "--json", home=tmp_path)
        for n in range(2)
    ]
    assert runs[0].json["fingerprint"] == runs[1].json["fingerprint"]


def test_no_name_of_the_host_or_of_its_user_is_in_the_manifest(tmp_path: Path) -> None:
    done = gauger("run", "--no-measure", "--output", tmp_path / "m.json", "--json", home=tmp_path)
    assert done.code in _VERDICTS
    payload = base64.b64decode(json.loads((tmp_path / "m.json").read_text())["payload"]).decode()
    names = {socket.gethostname(), socket.getfqdn(), getpass.getuser(), str(Path.home())}
    # A name of a few letters is in any text.
    telling = {name for name in names if len(name) > 5 and name != "localhost"}
    assert [name for name in telling if name in payload] == []


def test_the_manifest_goes_to_standard_output_alone(tmp_path: Path) -> None:
    done = gauger("run", "--no-measure", "--output", "-", "--quiet", home=tmp_path)
    assert done.code in _VERDICTS
    assert set(done.json) == {"payload", "payloadType", "signatures"}


def test_an_interruption_while_measuring_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gauger_agent", "run", "--budget", "60"]
    child = subprocess.Popen(
        [*command, "--output", f"{tmp_path}/"],
        env={"GAUGER_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
    )
    try:
        time.sleep(6)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == ExitCode.INTERRUPTED
    assert err.decode().splitlines()[-1] == "gauger: interrupted; nothing was written"
    assert list(tmp_path.glob("*.json")) == []
