"""What is counted and logged about each request."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from prometheus_client import Counter

from chassis.observability import REQUEST_SECONDS, REQUESTS, logger

REFUSALS = Counter(
    "gateway_refusals_total", "Requests that the gateway itself refused or failed", ["code"]
)

_log = logger()  # one for all requests: a fresh one is put together anew at its first line


class Record:
    """One request's line in the log and its place in the counts, written once, when its answer has ended."""

    def __init__(self, began: float) -> None:
        self._began = began
        self.route = "none"
        self.upstream = ""
        self.status = 0
        self.refusal = ""

    def write(self) -> None:
        """Count and log the request."""
        seconds = time.perf_counter() - self._began
        _count(self.route, self.status).inc()
        _clock(self.route).observe(seconds)
        facts: dict[str, Any] = {"upstream": self.upstream} if self.upstream else {}
        if self.refusal:
            REFUSALS.labels(self.refusal).inc()
            facts["refusal"] = self.refusal
        _log.info(
            "request",
            route=self.route,
            status=self.status,
            ms=round(seconds * 1000, 1),
            **facts,
        )


@cache
def _count(route: str, status: int) -> Any:
    return REQUESTS.labels(route, status)


@cache
def _clock(route: str) -> Any:
    return REQUEST_SECONDS.labels(route)
