"""The process beside a service's web process: its followers and its clocks, each in a thread of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests
from prometheus_client import start_http_server

from chassis.observability import FOLLOWER_FAILURES, logger

LONGEST_PAUSE = 5.0
_STOPPING = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Task:
    """Something to be done again and again: every `pause` seconds, and less often while it fails."""

    name: str
    pause: float
    work: Callable[[], object]


def run_worker(tasks: Sequence[Task], *, metrics_address: tuple[str, int] | None = None) -> None:
    """Run tasks until SIGTERM or SIGINT; what is being done is finished first."""
    stop = threading.Event()
    # Waited for rather than handled: a handler that sets an event can meet the very lock that the wait for it holds.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    if metrics_address is not None:
        start_http_server(metrics_address[1], metrics_address[0])
    threads = [
        threading.Thread(target=_repeat, args=(task, stop), name=task.name) for task in tasks
    ]
    for thread in threads:
        thread.start()
    logger().info("worker-started", tasks=[task.name for task in tasks])
    signal.sigwait(_STOPPING)
    stop.set()
    for thread in threads:
        thread.join()
    logger().info("worker-stopped")


def _repeat(task: Task, stop: threading.Event) -> None:
    pause = task.pause
    while not stop.is_set():
        try:
            task.work()
            pause = task.pause
        except requests.RequestException as error:
            FOLLOWER_FAILURES.labels(task.name).inc()
            if pause == task.pause:
                logger().warning("source-away", task=task.name, error=type(error).__name__)
            pause = min(max(pause, 0.1) * 2, LONGEST_PAUSE)
        except Exception as error:  # noqa: BLE001 - one bad round must not end the worker
            FOLLOWER_FAILURES.labels(task.name).inc()
            logger().error("task-failed", task=task.name, exc_info=error)
            pause = min(max(pause, 0.1) * 2, LONGEST_PAUSE)
        stop.wait(pause)
