from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.ports import free_ports
from deploy.local.process import ROOT, Layer
from deploy.local.readiness import accepts
from deploy.local.supervisor import ProcessFailedError, Supervisor
from tests.deploy.stand_in import DEAF, PARENT, program, server


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(logs=tmp_path / "log")
    yield made
    made.stop(grace=0)


@pytest.fixture
def ports() -> Iterator[int]:
    return free_ports(random.Random())


def test_of_a_process_whose_output_was_shown_no_log_is_shown(supervisor: Supervisor) -> None:
    shown = replace(program("loud", "raise SystemExit(3)"), shown=True)
    with pytest.raises(ProcessFailedError, match=r"\Aloud stopped with exit code 3\Z"):
        supervisor.complete(shown)


def _wait_for(log: Path) -> str:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if log.exists() and log.read_text().endswith("\n"):
            return log.read_text().strip()
        time.sleep(0.01)
    raise AssertionError(f"nothing was written to {log}")


def _gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # dead, and its new parent has not looked yet
            return True
        time.sleep(0.01)
    return False


def test_each_process_is_named_once_when_it_is_ready(
    supervisor: Supervisor, ports: Iterator[int], tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    supervisor.start(server("first", layer=Layer.SERVICE, port=next(ports), notes=notes))
    assert list(supervisor.wait_until_ready(seconds=30)) == ["first"]
    supervisor.start(server("second", layer=Layer.SERVICE, port=next(ports), notes=notes))
    assert list(supervisor.wait_until_ready(seconds=30)) == ["second"]


def test_layers_get_ready_from_below_and_are_stopped_from_above_whatever_the_order_of_start(
    supervisor: Supervisor, ports: Iterator[int], tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    for layer in (Layer.GATEWAY, Layer.SERVICE, Layer.WORKER):
        supervisor.start(server(layer.name, layer=layer, port=next(ports), notes=notes))
    ready = list(supervisor.wait_until_ready(seconds=30))
    assert ready == ["SERVICE", "WORKER", "GATEWAY"]
    assert supervisor.stop() == []
    assert notes.read_text().split() == ["GATEWAY", "WORKER", "SERVICE"]


def test_a_process_that_dies_is_named_with_its_exit_code_and_last_words(
    supervisor: Supervisor,
) -> None:
    supervisor.start(program("doomed", "print('no such table'); raise SystemExit(3)"))
    supervisor.find("doomed").child.wait()
    with pytest.raises(
        ProcessFailedError, match=r"(?s)doomed stopped with exit code 3.*no such table"
    ):
        supervisor.check()


def test_a_process_that_is_never_ready_is_named_when_the_time_is_up(
    supervisor: Supervisor, ports: Iterator[int]
) -> None:
    supervisor.start(program("idle", "import time; time.sleep(600)", ready=accepts(next(ports))))
    with pytest.raises(ProcessFailedError, match="idle was not ready"):
        list(supervisor.wait_until_ready(seconds=0.1))


def test_a_process_that_ignores_the_request_to_stop_is_killed_and_named(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(program("deaf", DEAF))
    _wait_for(tmp_path / "log" / "deaf.log")
    pid = supervisor.find("deaf").child.pid
    assert supervisor.stop(grace=0.2) == ["deaf"]
    assert _gone(pid)


def test_what_a_killed_process_had_started_is_killed_with_it(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(program("parent", PARENT))
    grandchild = int(_wait_for(tmp_path / "log" / "parent.log"))
    supervisor.find("parent").signal(signal.SIGKILL)
    supervisor.stop()
    assert _gone(grandchild)


def test_everything_left_is_killed_when_the_wait_for_the_end_is_given_up(tmp_path: Path) -> None:
    calls = 0

    def pause(seconds: float) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        time.sleep(seconds)

    supervisor = Supervisor(logs=tmp_path / "log", pause=pause)
    supervisor.start(program("one", DEAF))
    supervisor.start(program("two", DEAF))
    pids = [supervisor.find(name).child.pid for name in ("one", "two")]
    for name in ("one", "two"):
        _wait_for(tmp_path / "log" / f"{name}.log")
    with pytest.raises(KeyboardInterrupt):
        supervisor.stop()
    assert all(_gone(pid) for pid in pids)


def test_processes_that_run_to_their_end_fail_together_if_one_does(supervisor: Supervisor) -> None:
    supervisor.complete(program("good", "pass"), program("better", "pass"))
    with pytest.raises(ProcessFailedError, match="bad stopped with exit code 1"):
        supervisor.complete(program("good", "pass"), program("bad", "raise SystemExit(1)"))


def test_no_process_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from deploy.local.supervisor import Supervisor\n"
        "from tests.deploy.stand_in import program\n"
        "supervisor = Supervisor(logs=Path(sys.argv[1]))\n"
        "supervisor.start(program('sleeper', 'import time; time.sleep(600)'))\n"
        "print(supervisor.find('sleeper').child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as killed:
        assert killed.stdout is not None
        pid = int(killed.stdout.readline())
        os.kill(killed.pid, signal.SIGKILL)
    assert _gone(pid)
