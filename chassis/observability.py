"""What every process tells about itself: JSON log lines, request ids, Prometheus metrics."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from typing import Any

import structlog
from gunicorn import glogging
from prometheus_client import Counter, Gauge, Histogram

from chassis.fault_facts import facts_of
from chassis.identifiers import random_reference

REQUEST_ID_HEADER = "X-Request-Id"
_IN_GROUPS = (
    r"(?<![A-Za-z0-9])(?:(?:[0-9]{4}-){3}[0-9]{4}|[0-9]{6}-[0-9]{6}-[0-9]{4})(?![A-Za-z0-9])"
)
_ACCEPTED_REQUEST_ID = re.compile(
    rf"\A(?!.*[0-9]{{13}})(?!.*{_IN_GROUPS})[A-Za-z0-9][A-Za-z0-9-]{{7,63}}\Z"
)
"""A request id is written into the journal for ever, so none may look like a number that identifies somebody, in one
piece or in the groups in which people write it; a UUID has other groups.
"""

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")

REQUESTS = Counter("http_requests_total", "Requests answered", ["endpoint", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time from the request's first byte in our code to the answer",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
BATCH_SIZE = Histogram(
    "group_commit_batch_size", "Commands that shared one commit", buckets=(1, 2, 4, 8, 16, 32, 64)
)
QUEUE_LENGTH = Gauge(
    "group_commit_queue_length", "Commands waiting for the next commit", multiprocess_mode="livesum"
)
FOLLOWER_POSITION = Gauge(
    "follower_position", "Last journal position applied", ["source"], multiprocess_mode="max"
)
FOLLOWER_FAILURES = Counter(
    "follower_failures_total", "Rounds of a follower that failed", ["source"]
)
TASK_DONE = Gauge(
    "worker_task_done_timestamp_seconds", "When a task of a worker was last done", ["task"]
)


def request_id_from(header: str | None) -> str:
    """Take a caller's request id where it has a safe form; make a new one otherwise."""
    if header and _ACCEPTED_REQUEST_ID.match(header):
        return header
    return random_reference()


def configure_logging(process: str, *, level: str = "INFO") -> None:
    """Send every log line of this process to standard output as one JSON object a line.

    Callers pass facts as keyword arguments and never personal data: no name, token or number of a person.
    """
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _name(process),
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_exception,
    ]
    structlog.configure(
        processors=[*processors, _write_json],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_foreign_formatter(processors))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    threading.excepthook = _log_end_of_thread
    logging.getLogger("urllib3").setLevel("WARNING")
    logging.getLogger("alembic").setLevel("WARNING")
    logging.getLogger("authlib").setLevel("WARNING")  # it writes down the tokens that it gives


def logger() -> Any:
    """Return the process's logger: `logger().info("event-name", fact=…)`."""
    return structlog.get_logger()


def _log_end_of_thread(ended: threading.ExceptHookArgs) -> None:
    """Tell of an exception that nobody caught; the interpreter's own way would print its message."""
    logger().error("thread-failed", exc_info=ended.exc_value)


def _name(process: str) -> structlog.typing.Processor:
    """Name the process in every line; a context variable would be missing in all threads but the first."""

    def add_process(
        _: Any, __: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event.setdefault("process", process)
        return event

    return add_process


def _add_request_id(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    request_id = current_request_id.get()
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def _describe_exception(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Write an exception as its type and the places it went through, never with its values.

    A driver's message quotes the row it failed on, and a row may hold what must not be in a log. Its code does not.
    """
    info = event.pop("exc_info", None)
    if info:
        error = info if isinstance(info, BaseException) else sys.exc_info()[1]
        if isinstance(info, tuple):
            error = info[1]
        if error is not None:
            event["error"] = type(error).__qualname__
            event.update(facts_of(error))
            event["trace"] = [
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)[-8:]
            ]
    return event


_LINE = json.JSONEncoder(default=repr)


def _write_json(_: Any, __: str, event: structlog.typing.EventDict) -> str:
    return _LINE.encode(event)  # `JSONRenderer` makes an encoder anew for every line


def _foreign_formatter(processors: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _write_json,
        ],
    )


class GunicornLogger(glogging.Logger):
    """gunicorn's own messages as the same JSON lines; no access log, since the applications write their own."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)  # type: ignore[no-untyped-call]
        configure_logging(cfg.proc_name or "gunicorn", level=cfg.loglevel.upper())
        self.error_log.handlers = []
        self.error_log.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write nothing: the application writes one line a request."""
