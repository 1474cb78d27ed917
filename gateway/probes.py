"""Whether this process is alive, and whether it can do its work."""

from __future__ import annotations

import time
from collections.abc import Mapping

import gevent
from gevent.lock import RLock

from chassis.issuer_keys import KeySource
from chassis.problems import Problem
from gateway.upstream import ClientLeft, Question, Upstream

SECONDS_FOR_AN_ANSWER = 2.0
GOOD_FOR = 1.0
"""Seconds that a finding is told again: the question is public, and must not become a load on the services."""


class Readiness:
    """Finds out whether the issuer's keys are known and which services answer.

    The gateway becomes ready once all of them do. Later it stays so while any service answers: one that is away must
    not take the others from their callers.
    """

    def __init__(self, *, keys: KeySource, upstreams: Mapping[str, Upstream]) -> None:
        self._keys = keys
        self._upstreams = upstreams
        self._lock = RLock()
        self._found: dict[str, bool] = {}
        self._found_at = float("-inf")
        self._was_ready = False

    def find(self) -> tuple[bool, dict[str, bool]]:
        """Return whether the gateway is ready, and what each part of that is."""
        with self._lock:
            if time.monotonic() - self._found_at > GOOD_FOR:
                self._found = {"keys": self._keys_are_known(), **self._services_that_answer()}
                self._found_at = time.monotonic()
                self._was_ready = self._was_ready or all(self._found.values())
            found = dict(self._found)
        services = [answers for name, answers in found.items() if name != "keys"]
        enough = any(services) if self._was_ready else all(services)
        return found["keys"] and enough, found

    def _keys_are_known(self) -> bool:
        try:
            return bool(self._keys.keys())
        except Problem:
            return False

    def _services_that_answer(self) -> dict[str, bool]:
        asked = {
            name: gevent.spawn(_answers, upstream) for name, upstream in self._upstreams.items()
        }
        gevent.joinall(list(asked.values()))
        return {name: bool(greenlet.value) for name, greenlet in asked.items()}


def _answers(upstream: Upstream) -> bool:
    question = Question(
        method="GET",
        sent=f"GET /readyz HTTP/1.1\r\nHost: {upstream.name}\r\n\r\n".encode("ascii"),
        rest=None,
        safe=True,
        seconds=SECONDS_FOR_AN_ANSWER,
        abandoned=lambda: False,
    )
    try:
        answer = upstream.ask(question)
    except (Problem, ClientLeft):
        return False
    answer.close()
    return answer.status == 200
