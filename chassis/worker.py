"""The process beside a service's web process: its followers and its clocks, each in a thread of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import requests
import sqlalchemy as sa
from prometheus_client import start_http_server

from chassis.observability import FOLLOWER_FAILURES, configure_logging, logger
from chassis.progress import Progress
from chassis.service_settings import ServiceSettings
from chassis.settings import SettingsError
from chassis.terminal import why_unusable

Settings = TypeVar("Settings", bound=ServiceSettings)

LONGEST_PAUSE = 5.0
LOOKED_AFTER = 60.0
"""Seconds between two looks at whether a task stands still."""

_STOPPING = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Task:
    """Something to be done again and again: every `pause` seconds, and less often while it fails.

    With `more_after`, the next round comes that much sooner where this one did something, which `work` says by what it
    returns: nobody is asked often for what is seldom there.
    """

    name: str
    pause: float
    work: Callable[[], object]
    more_after: float | None = None

    def pause_after(self, done: object) -> float:
        """Return how long to wait after a round that did so much."""
        return self.pause if self.more_after is None or not done else self.more_after


def in_turn(things: Iterable[str], work: Callable[[str], int]) -> int:
    """Do something with each and return how much was done; one that fails does not keep the others from their turn."""
    done = 0
    failure: Exception | None = None
    for thing in things:
        try:
            done += work(thing)
        except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
            failure = failure or error
    if failure is not None:
        raise failure
    return done


def work_for(
    service: str,
    read_settings: Callable[[Mapping[str, str]], Settings],
    start_tasks: Callable[[Settings], Sequence[Task]],
) -> int:
    """Be a service's worker, as the environment says, until told to stop; return the exit code.

    What is missing or wrong is said in one line: `read_settings` and `start_tasks` raise `SettingsError` for it.
    """
    try:
        settings = read_settings(os.environ)
        configure_logging(f"{service}-worker", level=settings.log_level)
        tasks = start_tasks(settings)
        run_worker(tasks, metrics_address=settings.metrics_bind)
    except SettingsError as error:
        sys.stderr.write(f"{service} worker: {error}\n")
        return 2
    except sa.exc.SQLAlchemyError as error:
        sys.stderr.write(f"{service} worker: {why_unusable(error)}\n")
        return 2
    return 0


def _serve_metrics(host: str, port: int) -> None:
    try:
        start_http_server(port, host)
    except OSError as error:
        raise SettingsError(
            f"METRICS_BIND {host}:{port} cannot be listened at: {error.strerror}"
        ) from error


def run_worker(tasks: Sequence[Task], *, metrics_address: tuple[str, int] | None = None) -> None:
    """Run tasks until SIGTERM or SIGINT; what is being done is finished first.

    Raises `SettingsError`, before any task has begun, where metrics cannot be served at their address.
    """
    stop = threading.Event()
    # Waited for rather than handled: a handler that sets an event can meet the very lock that the wait for it holds.
    # Blocked before any thread is started, or one of them would be ended by what is meant for this wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    if metrics_address is not None:
        _serve_metrics(*metrics_address)
    progress = Progress({task.name: task.pause for task in tasks})
    threads = [
        threading.Thread(target=_repeat, args=(task, stop, progress), name=task.name)
        for task in tasks
    ]
    for thread in threads:
        thread.start()
    logger().info("worker-started", tasks=[task.name for task in tasks])
    while signal.sigtimedwait(_STOPPING, LOOKED_AFTER) is None:
        progress.tell()
    stop.set()
    for thread in threads:
        thread.join()
    logger().info("worker-stopped")


def _repeat(task: Task, stop: threading.Event, progress: Progress) -> None:
    pause, failing = task.pause, False
    while not stop.is_set():
        try:
            pause, failing = task.pause_after(task.work()), False
            progress.note(task.name)
        except Exception as error:  # noqa: BLE001 - one bad round must not end the worker
            FOLLOWER_FAILURES.labels(task.name).inc()
            _tell(task, error, again=failing)
            pause, failing = max(task.pause, min(max(pause, 0.1) * 2, LONGEST_PAUSE)), True
        stop.wait(pause)


def _tell(task: Task, error: Exception, *, again: bool) -> None:
    """Tell the log why a round failed; what lasts until somebody sees to it only at its first round."""
    if isinstance(error, requests.RequestException):
        if not again:
            logger().warning("source-away", task=task.name, **_of(error))
    elif isinstance(error, SettingsError):
        if not again:
            logger().error("task-failed", task=task.name, why=str(error))
    else:
        logger().error("task-failed", task=task.name, exc_info=error)


def _of(error: requests.RequestException) -> dict[str, object]:
    """Return what the log tells of a source that gave no answer, or refused one."""
    status = None if error.response is None else error.response.status_code
    return {"error": type(error).__name__, **({} if status is None else {"status": status})}
