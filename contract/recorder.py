"""Making calls as a program does, and keeping what was sent and answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from chassis import rate_limits
from chassis.clock import utc_now, write_instant
from contract.operations import id_of
from contract.stable import BEGINS, Stable, shortened
from vocabulary.rule_book import beginning_of, national_day

PATIENCE = 60.0
CSV = ("text/csv",)
LINES = (*CSV, "application/jsonl")
"""Long lists are also answered as these, line by line."""

_SENT = ("Accept", "Content-Type", "Idempotency-Key", "If-Match")
_ANSWERED = ("Content-Type", "ETag", "Location", "Retry-After", *rate_limits.HEADERS)

EndClass = Callable[[str, datetime], None]
"""Lets a class be over: its last meeting ended at an instant that is past."""

Tokens = Callable[[str, Mapping[str, str]], str]
"""Gives a token of a role, bound to a card, a provider or a region where the role is."""


@dataclass(frozen=True, slots=True)
class TextBody:
    """A body that is no JSON: what is sent, and what an example shows in its place."""

    media_type: str
    sent: str
    shown: str


class Refused(AssertionError):
    """A call of the journey was not answered as was wanted."""


class Recorder:
    """Calls the gateway at `origin`; the first call of each operation is kept, made stable."""

    def __init__(
        self,
        origin: str,
        *,
        tokens: Tokens,
        end_class: EndClass,
        client: tuple[str, str],
        staff: str,
        application: str,
        seen: Callable[[requests.Response], object] = lambda _: None,
    ) -> None:
        """`client` is the id and secret of a registered client, `staff` an account, `application` a public one.

        `seen` is shown every answer.
        """
        self.origin = origin
        self.client = client
        self.staff = staff
        self.application = application
        self.began = utc_now().replace(microsecond=0)
        self.kept: dict[str, Any] = {}
        self._tokens = tokens
        self._end_class = end_class
        self._seen = seen
        self._stable = Stable(began=self.began, origin=origin)
        self._session = requests.Session()
        self._session.trust_env = False

    def at(self, days: float, *, hours: float = 0) -> str:
        """Write an instant so long after the journey began."""
        return write_instant(self.began + timedelta(days=days, hours=hours))

    def morning(self, days: int, *, hours: int = 0) -> str:
        """Write an instant of a morning in Jakarta, so many days later: what must end on its day begins there."""
        later = timedelta(days=days, hours=hours)
        instant = datetime.combine(self.began.date(), BEGINS.timetz()) + later
        self._stable.say(instant, BEGINS + later)
        return write_instant(instant)

    def mornings(self, first: int, *, count: int, hours: int) -> list[dict[str, str]]:
        """Write meetings of so many hours on mornings that follow one another."""
        return [
            {"starts_at": self.morning(day), "ends_at": self.morning(day, hours=hours)}
            for day in range(first, first + count)
        ]

    def today(self) -> str:
        """Write the day on which the journey began, of the national zone, whose statements are asked for."""
        day, shown = national_day(self.began), national_day(BEGINS)
        for later in (timedelta(0), timedelta(days=1)):
            self._stable.say(beginning_of(day + later), beginning_of(shown + later))
        return day.isoformat()

    def call(
        self,
        method: str,
        template: str,
        *ids: str,
        role: str | None = None,
        bound: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: TextBody | None = None,
        form: Mapping[str, str] | None = None,
        key: bool = False,
        version: str | None = None,
        refused: str | None = None,
        also: Sequence[str] = (),
    ) -> requests.Response:
        """Make a call. `template` is the path with its ids in braces, for which `ids` stand in their order.

        `refused` is the code of the refusal that is wanted, where what is there allows no success. `also` are the media
        types of lines in which the answer is asked for once more.
        """
        path = _filled(template, ids)
        address = path + (f"?{urlencode(query, safe=':')}" if query else "")
        headers = {"Authorization": f"Bearer {self._tokens(role, bound or {})}"} if role else {}
        if key:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if version:
            headers["If-Match"] = version
        if text:
            headers["Content-Type"] = text.media_type
        answer = self._session.request(
            method,
            self.origin + address,
            json=body,
            data=text.sent.encode() if text else form,
            auth=self.client if form and "client_id" not in form else None,
            headers=headers,
            timeout=PATIENCE,
            allow_redirects=False,
        )
        self._seen(answer)
        as_wanted = answer.ok if refused is None else answer.json().get("code") == refused
        if not as_wanted:
            raise Refused(f"{method} {address}: {answer.status_code} {answer.text}")
        name = id_of(method, template)
        if name not in self.kept:
            self.kept[name] = self._exchange(
                method, address, answer, role=role, body=text.shown if text else body, form=form
            )
            if also:
                self.kept[name]["lines"] = {each: self._lines(answer, each) for each in also}
        return answer

    def _lines(self, answer: requests.Response, media_type: str) -> str:
        """Ask for what was answered as lines."""
        sent = {"Accept": media_type}
        if "Authorization" in answer.request.headers:
            sent["Authorization"] = str(answer.request.headers["Authorization"])
        told = self._session.get(str(answer.request.url), headers=sent, timeout=PATIENCE)
        self._seen(told)
        if told.headers.get("Content-Type", "").partition(";")[0] != media_type:
            raise Refused(f"{answer.request.url}: {told.status_code} {told.text}")
        return self._stable.lines(told.text, media_type)

    def let_end(self, class_id: str) -> None:
        """Let a class have ended when the journey began."""
        self._end_class(class_id, self.began)

    def forget(self, method: str, template: str) -> None:
        """Keep the next call of an operation instead of the one that was made."""
        self.kept.pop(id_of(method, template), None)

    def _exchange(
        self,
        method: str,
        address: str,
        answer: requests.Response,
        *,
        role: str | None,
        body: Any,
        form: Any,
    ) -> dict[str, Any]:
        stable = self._stable
        sent = {
            name: str(answer.request.headers[name])
            for name in _SENT
            if name in answer.request.headers
        }
        sent.pop("Accept", None)
        told = {name: answer.headers[name] for name in _ANSWERED if name in answer.headers}
        content = body if form is None else dict(form)
        shown, cut = shortened(answer.json())
        return {
            "method": method,
            "address": stable.text(address),
            "headers": {name: stable.text(value) for name, value in sent.items()},
            "has_token": "Bearer" in str(answer.request.headers.get("Authorization", "")),
            **({"role": role} if role else {}),
            **({"body": stable.value(content)} if content is not None else {}),
            "answer": {
                "status": answer.status_code,
                "headers": {name: stable.text(value) for name, value in told.items()},
                "body": stable.value(shown),
                **({"shortened": cut} if cut else {}),
            },
        }


def _filled(template: str, ids: tuple[str, ...]) -> str:
    parts = iter(ids)
    return "/".join(next(parts) if word.startswith("{") else word for word in template.split("/"))
