"""Many clients that write at once and never give up: what is not settled is sent again under the same key."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.journeys.answers import check_answer

CLIENTS = 32
PATIENCE = 90.0
"""Seconds after which a client gives one write up."""

BEFORE_NEXT_TRY = 0.1


@dataclass(frozen=True)
class Write:
    """One POST under an idempotency key."""

    path: str
    token: str
    body: bytes
    key: str


@dataclass
class Outcome:
    """What came of a write: every answer it got, and every connection that broke without one."""

    write: Write
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Tell whether the last answer says what became of the write."""
        return bool(self.answers) and not _may_change(*self.answers[-1])

    @property
    def status(self) -> int:
        """Return the status of the last answer."""
        return self.answers[-1][0]

    @property
    def body(self) -> bytes:
        """Return the body of the last answer."""
        return self.answers[-1][1]


class Load:
    """Writes being sent by many clients, each with a connection that it keeps."""

    def __init__(self, address: str, writes: Sequence[Write], *, clients: int = CLIENTS) -> None:
        """Begin at once."""
        self.outcomes = [Outcome(write) for write in writes]
        self._address = address
        self._threads = [
            threading.Thread(target=self._send_all, args=(self.outcomes[n::clients],))
            for n in range(min(clients, len(writes)))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def acknowledged(self) -> int:
        """Return how many writes have been answered with a success so far."""
        return sum(outcome.settled and outcome.status < 300 for outcome in self.outcomes)

    def wait_for(self, count: int) -> None:
        """Wait until so many writes are acknowledged."""
        until = time.monotonic() + PATIENCE
        while self.acknowledged < count:
            assert time.monotonic() < until, f"only {self.acknowledged} acknowledged"
            time.sleep(0.005)

    def finish(self) -> list[Outcome]:
        """Wait for every client; every write must be settled by then, and every answer well formed."""
        for thread in self._threads:
            thread.join()
        assert [o.malformed for o in self.outcomes if o.malformed] == []
        assert [o.answers[-1:] for o in self.outcomes if not o.settled] == []
        return self.outcomes

    @property
    def statuses(self) -> Counter[int]:
        """Return how often each status was answered."""
        return Counter(status for outcome in self.outcomes for status, _ in outcome.answers)

    @property
    def broken(self) -> list[str]:
        """Return what broke of connections that had been accepted."""
        return [how for outcome in self.outcomes for how in outcome.broken]

    def _send_all(self, outcomes: Sequence[Outcome]) -> None:
        parts = urlsplit(self._address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            for outcome in outcomes:
                settle(outcome, connection)
        finally:
            connection.close()


def settle(outcome: Outcome, connection: http.client.HTTPConnection) -> None:
    """Send a write again and again, under its one key, until an answer says what became of it or patience ends."""
    until = time.monotonic() + PATIENCE
    while not outcome.settled and time.monotonic() < until:
        try:
            if connection.sock is None:
                connection.connect()
        except ConnectionRefusedError:  # nobody listens: nothing was begun
            time.sleep(BEFORE_NEXT_TRY)
            continue
        _try_once(outcome, connection)
        if not outcome.settled:
            connection.close()
            time.sleep(BEFORE_NEXT_TRY)


def _try_once(outcome: Outcome, connection: http.client.HTTPConnection) -> None:
    write = outcome.write
    headers = {
        "Authorization": f"Bearer {write.token}",
        "Idempotency-Key": write.key,
        "Content-Type": "application/json",
    }
    try:
        connection.request("POST", write.path, body=write.body, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        outcome.broken.append(repr(error))
        connection.close()
        return
    outcome.answers.append((answer.status, body))
    try:
        named = {name.lower(): value for name, value in answer.getheaders()}
        check_answer(answer.status, named, body)
    except (AssertionError, KeyError, ValueError) as error:
        outcome.malformed.append(f"{answer.status} {body[:200]!r}: {error!r}")


def _may_change(status: int, body: bytes) -> bool:
    """Tell whether the same write may yet succeed: it was sent away, or nobody knows what became of it."""
    return status >= 500 or (status == 409 and b'"request-in-flight"' in body)
