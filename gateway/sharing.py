"""One answer for everybody who asks the same at the same moment.

When a wave opens, a hundred thousand phones read the same lists. Of requests for a public list that are alike, without
a token, one at a time goes to the service, and whoever comes while it is under way, or within a moment of it, is given
its answer. What is told so is at most `KEPT_FOR` older than it would have been.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from gevent.event import Event
from prometheus_client import Counter
from werkzeug.http import parse_etags

from gateway.answer import Answer
from gateway.headers import outward

KEPT_FOR = 0.25
"""Seconds from the moment a service was asked. The number of seats left may be a second old, all in all."""

MOST_KEPT = 16 * 1024 * 1024
"""Bytes of answers; one that is passed on block by block is never kept."""

PATIENCE = 10.0
"""Seconds that a request waits for another's answer; then it asks by itself."""

SHARED = Counter("gateway_shared_answers_total", "Requests that were given another's answer")
_LIST_HEADERS = frozenset({"content-type", "etag", "cache-control", "vary"})
"""What an answer must have no headers beside, to be everybody's: no cookie, and nothing else of one caller's."""


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer that is everybody's: `headers` as they go on to callers."""

    reason: str
    headers: Sequence[tuple[str, str]]
    etag: str
    body: bytes
    asked_at: float

    @classmethod
    def of(cls, answer: Answer, *, asked_at: float) -> SharedAnswer | None:
        """Return the answer where it can be shared: a whole success with an ETag and nothing of one caller's."""
        headers = [(n, v) for n, v in outward(answer.headers) if n.lower() != "content-length"]
        named = {name.lower(): value for name, value in headers}
        if answer.status != 200 or answer.whole is None or "etag" not in named:
            return None
        if not named.keys() <= _LIST_HEADERS:
            return None
        return cls(answer.reason, headers, named["etag"], answer.whole, asked_at)

    def is_known_by(self, if_none_match: str | None) -> bool:
        """Tell whether the caller has this very answer."""
        return names(self.etag, if_none_match)


@dataclass
class Turn:
    """A request's turn to ask; `shared` is the answer that is everybody's, once there is one."""

    began: float
    shared: SharedAnswer | None = None
    done: Event = field(default_factory=Event)


def names(etag: str, if_none_match: str | None) -> bool:
    """Tell whether a caller's `If-None-Match` names an ETag (RFC 9110 section 13.1.2)."""
    if if_none_match is None:
        return False
    return if_none_match == etag or parse_etags(if_none_match).contains_weak(etag.strip('"'))


class SharedAnswers:
    """The answers kept at this moment, and who is asking."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, SharedAnswer] = OrderedDict()
        self._asking: dict[object, Turn] = {}
        self._bytes = 0

    @contextmanager
    def turn(self, key: object) -> Iterator[Turn]:
        """Give whoever asks what somebody else was or is being answered; or else the turn to ask.

        Nobody is given what was asked more than `KEPT_FOR` before: behind a slow service one request goes to it in
        that time, and all who come meanwhile wait for its answer.
        """
        now = time.monotonic()
        found = self._found(key, now)
        if found is not None:
            SHARED.inc()
            yield Turn(now, found)
            return
        mine = self._asking[key] = Turn(now)
        try:
            yield mine
        finally:
            if mine.shared is not None:
                self._keep(key, mine.shared)
            if self._asking.get(key) is mine:
                del self._asking[key]
            mine.done.set()

    def _found(self, key: object, now: float) -> SharedAnswer | None:
        kept = self._kept.get(key)
        if kept is not None and now - kept.asked_at < KEPT_FOR:
            return kept
        asking = self._asking.get(key)
        if asking is None or now - asking.began >= KEPT_FOR:
            return None
        asking.done.wait(PATIENCE)
        return asking.shared

    def _keep(self, key: object, answer: SharedAnswer) -> None:
        """Keep an answer for a moment; of too many, the oldest go."""
        before = self._kept.pop(key, None)
        self._bytes += len(answer.body) - (0 if before is None else len(before.body))
        self._kept[key] = answer
        while self._bytes > MOST_KEPT:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)


def sharing_key(target: str, sent: Mapping[str, str]) -> object | None:
    """Return what requests for a shared route are alike by; None for one with a token, whose answer may be its own."""
    if "Authorization" in sent:
        return None
    return (target, sent.get("Accept"), sent.get("Accept-Encoding"), sent.get("Accept-Language"))
