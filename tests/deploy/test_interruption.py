from __future__ import annotations

import subprocess
import sys

from deploy.local.process import ROOT

PROGRAM = """
import os, signal, sys
from deploy.local.interruption import Interruptions, StopRequestedError

with Interruptions() as interruptions:
    {act}
    try:
        interruptions.pause(600)
    except StopRequestedError as request:
        print(request, file=sys.stderr)
    interruptions.pause(0)
print("this line goes wherever standard output goes")
"""


def _run(act: str, *, with_reader: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run the program; without a reader, standard output is a pipe that is closed at the other end."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(act=act)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if not with_reader:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
    output, errors = process.communicate(b"go\n", timeout=60)
    return subprocess.CompletedProcess([], process.returncode, output, errors)


def test_a_signal_is_told_once_by_the_next_pause() -> None:
    done = _run("os.kill(os.getpid(), signal.SIGTERM)")
    assert (done.returncode, done.stderr) == (0, b"SIGTERM\n")


def test_a_reader_that_has_gone_ends_a_pause_and_the_rest_goes_nowhere() -> None:
    done = _run("sys.stdin.readline()", with_reader=False)
    assert (done.returncode, done.stderr) == (0, b"nobody reads the output any more\n")


def test_a_reader_found_gone_while_printing_ends_the_next_pause() -> None:
    done = _run("sys.stdin.readline(); interruptions.lose_reader()", with_reader=False)
    assert (done.returncode, done.stderr) == (0, b"nobody reads the output any more\n")
