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
from dataclasses import dataclass

from gevent.event import Event
from prometheus_client import Counter
from werkzeug.http import parse_etags

from gateway.answer import Answer
from gateway.headers import outward

KEPT_FOR = 0.25
"""Seconds from the moment a service was asked. The number of seats left may be a second old, all in all."""

MOST_KEPT = 256
"""Answers, each of 64 KiB at most: a larger one is passed on block by block, and never kept."""

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

    def has_tag(self, if_none_match: str | None) -> bool:
        """Tell whether the caller has this very answer (RFC 9110 section 13.1.2)."""
        if if_none_match is None:
            return False
        if if_none_match == self.etag:
            return True
        return self.etag.strip('"') in parse_etags(if_none_match)


class Turn:
    """A request's turn to ask; `shared` is what somebody else was answered, where that will do."""

    def __init__(self, answers: SharedAnswers, key: object, shared: SharedAnswer | None) -> None:
        self._answers = answers
        self._key = key
        self.shared = shared

    def share(self, answer: Answer, *, asked_at: float) -> SharedAnswer | None:
        """Give an answer to everybody who asks the same; None where it is not everybody's."""
        self.shared = SharedAnswer.of(answer, asked_at=asked_at)
        if self.shared is not None:
            self._answers.keep(self._key, self.shared)
        return self.shared


class SharedAnswers:
    """The answers kept at this moment, and who is asking."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, SharedAnswer] = OrderedDict()
        self._asking: dict[object, Event] = {}

    @contextmanager
    def turn(self, key: object) -> Iterator[Turn]:
        """Wait while somebody asks the same; then use what there is, or ask."""
        found = self._fresh(key)
        if found is None and (asking := self._asking.get(key)) is not None:
            asking.wait(PATIENCE)
            found = self._fresh(key)
        if found is not None:
            SHARED.inc()
            yield Turn(self, key, found)
            return
        leads = key not in self._asking
        if leads:
            self._asking[key] = Event()
        try:
            yield Turn(self, key, None)
        finally:
            if leads:
                self._asking.pop(key).set()

    def keep(self, key: object, answer: SharedAnswer) -> None:
        """Keep an answer for a moment; of too many, the oldest goes."""
        self._kept[key] = answer
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _fresh(self, key: object) -> SharedAnswer | None:
        found = self._kept.get(key)
        if found is not None and time.monotonic() - found.asked_at < KEPT_FOR:
            return found
        return None


def sharing_key(target: str, sent: Mapping[str, str]) -> object | None:
    """Return what requests for a shared route are alike by; None for one with a token, whose answer may be its own."""
    if "Authorization" in sent:
        return None
    return (target, sent.get("Accept"), sent.get("Accept-Encoding"), sent.get("Accept-Language"))
