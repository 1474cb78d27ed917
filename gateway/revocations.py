"""Which tokens the issuer has taken back before their time, as it tells every few seconds.

A token says by its signature that it was good when it was given. What happened since (somebody signed out, a member of
staff was removed, a program was disabled) only the issuer knows: so the one way in from outside asks it, once for all
tokens, and never while somebody waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter

from chassis.identity import Principal
from chassis.observability import logger

PAUSE = 2.0
"""Seconds between two questions: for so long, and the time of an answer, a token lives on that was taken back."""

FAILURES = Counter(
    "gateway_revocations_not_fetched_total", "Times that the issuer did not tell what it took back"
)


@dataclass(frozen=True, slots=True)
class _TakenBack:
    grants: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()


class Revocations:
    """What the issuer takes back. While it is away, what it told last holds; tokens are short-lived."""

    def __init__(self) -> None:
        self._taken_back = _TakenBack()

    def include(self, caller: Principal) -> bool:
        """Tell whether a token that names this caller was taken back."""
        told = self._taken_back
        return caller.client in told.clients or caller.grant in told.grants

    def follow(self, fetch: Callable[[], Mapping[str, Any]], *, pause: float = PAUSE) -> None:
        """Ask again and again, in a thread of its own. `fetch` returns the issuer's present document or raises."""
        threading.Thread(
            target=self._follow, args=(fetch, pause), name="revocations", daemon=True
        ).start()

    def _follow(self, fetch: Callable[[], Mapping[str, Any]], pause: float) -> None:
        while True:
            self.ask(fetch)
            time.sleep(pause)

    def ask(self, fetch: Callable[[], Mapping[str, Any]]) -> None:
        """Ask once."""
        try:
            self._taken_back = _read(fetch())
        except Exception as error:  # noqa: BLE001 - whatever fails there, what was told last holds
            FAILURES.inc()
            logger().warning("revocations-not-fetched", error=type(error).__name__)


def _read(document: Mapping[str, Any]) -> _TakenBack:
    return _TakenBack(
        grants=frozenset(map(str, document["grants"])),
        clients=frozenset(map(str, document["clients"])),
    )
