"""A worker does its tasks again and again, outlives their failures, and finishes what it is doing before it stops."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import requests
from structlog.testing import capture_logs

from chassis.progress import STANDS_STILL, Progress
from chassis.settings import SettingsError
from chassis.worker import LONGEST_PAUSE, Task, _repeat
from deploy.local.ports import free_ports

PROGRAM = """
import sys, threading
from pathlib import Path
from chassis.worker import Task, run_worker

folder, port = Path(sys.argv[1]), int(sys.argv[2])

def slow():
    (folder / "begun").touch()
    while not (folder / "finish").exists():
        threading.Event().wait(0.01)
    (folder / "finished").touch()

def fail():
    raise SystemError("this task always fails")

def count():
    with (folder / "count").open("a") as file:
        file.write(".")

run_worker(
    [Task("slow", 60.0, slow), Task("fail", 0.01, fail), Task("count", 0.01, count)],
    metrics_address=("127.0.0.1", port),
)
(folder / "stopped").touch()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_finishes_what_it_is_doing(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = next(free_ports(random.Random()))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(tmp_path / "begun")
        wait_for(tmp_path / "count", size=3)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            measures = answer.read().decode()
        assert 'follower_failures_total{source="fail"}' in measures
        done_at = float(measures.partition('timestamp_seconds{task="count"} ')[2].split()[0])
        assert abs(time.time() - done_at) < 60
        process.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        (tmp_path / "finish").touch()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "finished").exists()
    assert (tmp_path / "stopped").exists()


def wait_for(path: Path, *, size: int = 0) -> None:
    until = time.monotonic() + 30
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < until
        time.sleep(0.01)


class Rounds(threading.Event):
    """A stop that comes after so many rounds, and notes the pauses between them instead of waiting."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.pauses.append(timeout)
        self._left -= 1
        if self._left == 0:
            self.set()
        return self.is_set()


class Failing:
    """Work that fails in some rounds: for each the error, or None where it succeeds."""

    def __init__(self, *errors: Exception | None) -> None:
        self._errors = list(errors)

    def __call__(self) -> None:
        error = self._errors.pop(0)
        if error is not None:
            raise error


AWAY = requests.ConnectionError("nobody there")
BROKEN = RuntimeError("a bad round")


def rounds_of(*errors: Exception | None, pause: float = 0.25) -> tuple[list[float], list[str]]:
    """Run a task for so many rounds; return the pauses after them and what was logged."""
    stop = Rounds(len(errors))
    with capture_logs() as lines:
        _repeat(Task("task", pause, Failing(*errors)), stop, Progress({"task": pause}))
    return stop.pauses, [f"{line['log_level']} {line['event']}" for line in lines]


def test_a_task_is_repeated_after_its_pause() -> None:
    assert rounds_of(None, None, None) == ([0.25] * 3, [])


def test_a_task_that_did_something_comes_round_sooner_where_it_says_so() -> None:
    done, stop = iter([3, 0, None, 1]), Rounds(4)
    _repeat(Task("task", 0.5, lambda: next(done), 0.1), stop, Progress({"task": 0.5}))
    assert stop.pauses == [0.1, 0.5, 0.5, 0.1]


def test_a_source_that_is_away_is_asked_less_and_less_often_and_told_of_once() -> None:
    pauses, lines = rounds_of(AWAY, AWAY, AWAY, AWAY, AWAY, AWAY, None, AWAY)
    assert pauses == [0.5, 1.0, 2.0, 4.0, LONGEST_PAUSE, LONGEST_PAUSE, 0.25, 0.5]
    assert lines == ["warning source-away"] * 2


def test_a_task_that_a_setting_keeps_from_its_work_says_which_once() -> None:
    refused = SettingsError("SEARCH_INDEX is kept elsewhere")
    with capture_logs() as lines:
        stop = Rounds(3)
        _repeat(Task("task", 0.25, Failing(refused, refused, None)), stop, Progress({"task": 1.0}))
    assert stop.pauses == [0.5, 1.0, 0.25]
    assert [(line["event"], line["why"]) for line in lines] == [("task-failed", str(refused))]


def test_a_task_that_fails_is_done_again_and_every_failure_is_told_of() -> None:
    pauses, lines = rounds_of(BROKEN, BROKEN, None, pause=0.0)
    assert pauses == [0.2, 0.4, 0.0]
    assert lines == ["error task-failed"] * 2


# --- what stands still ---


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def told(progress: Progress) -> list[tuple[str, int]]:
    with capture_logs() as lines:
        progress.tell()
    return [(line["task"], line["seconds"]) for line in lines]


def test_a_task_that_was_not_done_for_long_is_told_of_until_it_is_done() -> None:
    clock = Clock()
    progress = Progress({"often": 0.25, "seldom": 600.0}, clock=clock)
    assert told(progress) == []
    clock.now += STANDS_STILL + 1
    assert told(progress) == [("often", 61)]
    clock.now += 600
    assert told(progress) == [("often", 661), ("seldom", 661)]
    progress.note("often")
    assert told(progress) == [("seldom", 661)]


def test_only_a_round_that_succeeds_counts_as_done() -> None:
    clock = Clock()
    progress = Progress({"task": 0.25}, clock=clock)
    clock.now += 100
    for errors, seconds in (((BROKEN, AWAY), 100), ((BROKEN, None), None)):
        _repeat(Task("task", 0.25, Failing(*errors)), Rounds(len(errors)), progress)
        assert told(progress) == ([] if seconds is None else [("task", seconds)])


HANGING = """
import threading
from chassis import progress, worker

progress.STANDS_STILL, worker.LOOKED_AFTER = 0.0, 0.05
go_on = threading.Event()
worker.run_worker([worker.Task("hangs", 0.0, go_on.wait)])
"""


def test_a_round_that_never_ends_stands_in_the_log() -> None:
    process = subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert any("task-stands-still" in line and "hangs" in line for line in process.stdout)
    finally:
        process.kill()
        process.communicate()
