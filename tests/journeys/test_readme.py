"""The README's journey, run line by line as somebody who pastes it does, on a system with sample data."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.process import ROOT
from tests.journeys.curl import HTTP_ERROR
from tests.journeys.world import World
from tests.running_system import RunningSystem

README = ROOT / "README.md"
BEGIN, END = "<!-- journey -->\n```sh\n", "```\n<!-- /journey -->"
WRITTEN_FOR = "http://127.0.0.1:8000"
FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PORT", "DATABASE")
"""What `make test` hands down and nobody's terminal holds."""


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """Where programs are looked for: with curl, or where there is none with a stand-in."""
    found = os.environ["PATH"]
    if shutil.which("curl") is None:
        stand_in = tmp_path / "curl"
        stand_in.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.journeys.curl "$@"\n')
        stand_in.chmod(0o755)
        return f"{tmp_path}:{found}"
    return found


def journey() -> list[str]:
    """Return the lines of the README's journey, without the empty ones and the comments."""
    _, begun, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    assert begun, f"README.md has no journey between {BEGIN!r} and {END!r}"
    block, ended, _ = rest.partition(END)
    assert ended, f"the journey of README.md does not end with {END!r}"
    lines = [line for line in block.splitlines() if line and not line.startswith("#")]
    assert any(line.startswith("curl ") for line in lines)
    return lines


def test_the_journeys_comments_do_no_harm_where_a_shell_takes_them_for_commands() -> None:
    block = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    comments = [line for line in block.splitlines() if line.startswith("#")]
    assert comments
    # zsh takes a pasted comment for a command: no quote may open, nothing may run, redirect or match files.
    assert [line for line in comments if not re.fullmatch(r"# [A-Za-z ,.-]+", line)] == []


def test_every_line_of_the_readmes_journey_does_what_it_says(
    sampled: RunningSystem, programs: str, tmp_path: Path
) -> None:
    for _ in range(2):  # and does it again for whoever pastes it twice
        walk(sampled, programs, tmp_path)

    world = World(sampled)
    entries = world.journal("enrolment", after=1_000)
    kinds = [entry["kind"] for entry in entries]
    for kind in ("enrolment-confirmed", "enrolment-cancelled", "roster-read"):
        assert kinds.count(kind) == 2, kind
    reasons = [entry["body"].get("reason") for entry in entries]
    assert reasons.count("Asks for help at the desk") == 2
    world.close()


def walk(sampled: RunningSystem, programs: str, tmp_path: Path) -> None:
    """Run the journey, every line as it stands."""
    (tmp_path / ".curlrc").write_text("fail\nshow-error\n", encoding="ascii")
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    lines = journey()
    mark = "--- next line ---"
    script = "".join(f"{line}\necho; echo '{mark}'\n" for line in lines)
    assert WRITTEN_FOR in script
    ran = subprocess.run(
        ["sh", "-eu"],
        input=script.replace(WRITTEN_FOR, sampled.address),
        cwd=ROOT,
        env={
            **environment,
            "PATH": programs,
            "CURL_HOME": str(tmp_path),
            "VAR": str(sampled.folder),
        },
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    told = [part.strip() for part in ran.stdout.split(mark)][:-1]
    failed = lines[len(told)] if len(told) < len(lines) else None
    assert ran.returncode == 0, f"{failed}\n{ran.stderr}"
    shown = dict(zip(lines, told, strict=True))
    answers = [answer for line, answer in shown.items() if line.startswith("curl ")]
    assert all(answers), "every call shows something"
    assert '"type":"/problems/' not in ran.stdout.replace(" ", "")
    assert json.loads(answers[-1])["differences"] == []


def test_the_stand_in_for_curl_reads_writes_and_fails_as_curl_does(sampled: RunningSystem) -> None:
    base = f"{sampled.address}/api/v1"
    assert json.loads(_stand_in("-s", f"{base}/regions?limit=1").stdout)["items"]
    header = ("-H", "Content-Type: application/json")
    application = '{"name": "LPK Tanpa Curl", "kind": "lpk"}'
    made = json.loads(_stand_in("-s", f"{base}/providers", *header, "-d", application).stdout)
    assert made["status"] == "applied"
    refused = _stand_in("-s", f"{base}/consistency")
    assert (refused.returncode, refused.stdout) == (HTTP_ERROR, "")
    assert "unauthenticated" in refused.stderr


def _stand_in(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.journeys.curl", *arguments],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
