"""Holders who enrol, cancel and ask twice, many at once and without end, and note what they were told.

Whoever is told nothing, or that nobody knows, asks again under the same key until something is known.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.journeys.enrolling import cancellation
from tests.journeys.load import Outcome, Write, settle
from tests.journeys.world import Offer, World

CLIENTS = 8
HOLDERS_EACH = 3
"""Cards of each client for each blow: all that happened to one is compared with each thing that happened to it."""

TIGHT = 3
"""Seats of one of the two classes, so that many are refused; in the other there is one for everybody."""

BREATH = 0.01
"""Seconds a client waits between two writes: the storm is there to be met by faults, not to use the machine up."""

BALANCE = 3_500_000

_NOBODY_KNOWS = (502, 504)
"""What the gateway answers where a service has taken a request and does not answer it."""


@dataclass
class Deed:
    """One write of a holder, from its first try until it is known what became of it."""

    kind: str
    card_ref: str
    class_id: str
    outcome: Outcome
    began: float
    ended: float = 0.0
    again: bytes | None = None
    """What the same key was answered later, where it was asked again."""

    @property
    def done(self) -> bool:
        """Tell whether it was acknowledged."""
        return self.outcome.settled and self.outcome.status < 300

    @property
    def unknown(self) -> bool:
        """Tell whether at some time nobody told the holder what became of it."""
        answers = self.outcome.answers
        told = any(s in _NOBODY_KNOWS or b'"outcome-unknown"' in body for s, body in answers)
        return told or bool(self.outcome.broken)

    @property
    def answer(self) -> dict[str, Any]:
        """Return the last answer."""
        document: dict[str, Any] = json.loads(self.outcome.body)
        return document


@dataclass
class _Holder:
    card_ref: str
    token: str
    enrolled: Deed | None = None


class Storm:
    """A storm over two classes of its own, by holders of its own."""

    def __init__(self, world: World, *, clients: int = CLIENTS, blows: int = 1) -> None:
        """Publish the classes and award cards, more of them for more blows; nothing is stormed yet."""
        self.world = world
        self._clients = clients
        self.card_refs = world.card_refs(HOLDERS_EACH * clients * blows)
        self.offers = [world.offer(seats=len(self.card_refs)), world.offer(seats=TIGHT)]
        self.deeds: list[Deed] = []
        self.tokens = world.holder_tokens(self.card_refs)
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Let every client begin."""
        pairs = zip(self.card_refs, self.tokens, strict=True)
        holders = [_Holder(card_ref, token) for card_ref, token in pairs]
        self._threads = [
            threading.Thread(
                target=self._storm, args=(holders[n :: self._clients], random.Random(n))
            )
            for n in range(self._clients)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let every client bring to its end what it began."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def done_since(self, instant: float) -> int:
        """Return how many deeds begun since an instant (of `time.monotonic`) were acknowledged."""
        return sum(deed.done for deed in self._latest(instant))

    def refused_by_server_since(self, instant: float) -> int:
        """Return how many times since an instant a client was told that the server could not."""
        answers = (answer for deed in self._latest(instant) for answer in deed.outcome.answers)
        return sum(status >= 500 for status, _ in answers)

    @property
    def told(self) -> Counter[str]:
        """Return how many deeds ended how, and how many were unknown meanwhile."""
        counted = Counter("done" if deed.done else "refused" for deed in self.deeds)
        counted["unknown"] = sum(deed.unknown for deed in self.deeds)
        return counted

    def _latest(self, instant: float) -> list[Deed]:
        return [deed for deed in list(self.deeds) if deed.began >= instant]

    def _storm(self, holders: list[_Holder], chance: random.Random) -> None:
        parts = urlsplit(self.world.system.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        while not self._over.is_set():
            holder = chance.choice(holders)
            deed = self._next(holder, chance)
            settle(deed.outcome, connection)
            deed.ended = time.monotonic()
            if deed.done:
                holder.enrolled = deed if deed.kind == "enrol" else None
            if deed.done and chance.random() < 0.2:
                _ask_again(deed, connection)
            time.sleep(BREATH)
        connection.close()

    def _next(self, holder: _Holder, chance: random.Random) -> Deed:
        """Let a holder who has a seat mostly give it back, else take one; and note it before it is sent."""
        enrolled = holder.enrolled
        if enrolled is not None and chance.random() < 0.8:
            write = cancellation(enrolled.outcome.write, enrolled.outcome.body)
            deed = _deed("cancel", holder, enrolled.class_id, write)
        else:
            offer = chance.choice(self.offers)
            deed = _deed("enrol", holder, offer.class_id, _enrolment(offer, holder))
        self.deeds.append(deed)
        return deed


def _deed(kind: str, holder: _Holder, class_id: str, write: Write) -> Deed:
    return Deed(kind, holder.card_ref, class_id, Outcome(write), time.monotonic())


def _enrolment(offer: Offer, holder: _Holder) -> Write:
    body = json.dumps(offer.wish()).encode()
    return Write("/api/v1/enrolments", holder.token, body, str(uuid.uuid4()))


def _ask_again(deed: Deed, connection: http.client.HTTPConnection) -> None:
    """Send an acknowledged write once more under its key."""
    twin = Outcome(deed.outcome.write)
    settle(twin, connection)
    if (
        twin.settled and twin.status != http.client.UNAUTHORIZED
    ):  # as all are whose clock is an hour late
        deed.again = twin.body
