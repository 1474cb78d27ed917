"""Making what was recorded the same however often it is recorded: ids, instants, secrets and cursors."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from chassis.clock import write_instant
from vocabulary.rule_book import national_day

BEGINS = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
"""When the recorded journey is said to have begun: eight in the morning in Jakarta."""

STEP = timedelta(minutes=10)
"""A journey takes less; so what happened in it is said to have happened at its beginning."""

MOST_SHOWN = 5
"""Objects of a list that an answer shows; more would teach nobody more."""

MOST_WORDS = 12
"""Texts or numbers of a list that an answer shows."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?Z")
_UNIQUE = re.compile(r"(?<=[a-z]) [0-9a-f]{8}\b")
_LONG_TAG = re.compile(r'"[0-9a-f]{16,}"')
_HANDED_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b")
_DAY, _MONTH = len("2027-03-01"), len("2027-03")
_SAID = {
    "birth_date": "1990-05-15",
    "access_token": "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiYXQrand0In0.eyJyb2xlIjoiaG9sZGVyIn0.c2lnbmF0dXJl",
    "commitment": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
    "card_number": "9301000000000017",
    "deadline": "2027-03-16T17:00:00.000000Z",
    "family_card": "1771010101010000",
    "kid": "key-1",
    "next_purchase_until": "2027-03-16T17:00:00.000000Z",
    "nik": "1771015505900000",
    "preview": "9f2c7d1e4b8a60355d0e6c1f7a92b84e3c5d7f10a2b4c6e8f0123456789abcde",
    "next_cursor": "WyI4YzFmM2EiLCAiMDE5N2ExIl0=",
    "receipt": "R4XN6TQ2LB",
    "redeem_code": "K7QX2MBA4T",
    "request_id": "0f2c1a7e5d",
    "root": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "rule_version": "2023-01",
    "secret": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""What stands in the place of values that are drawn anew each time."""


def shortened(value: Any, *, place: str = "") -> tuple[Any, dict[str, int]]:
    """Return an answer with its long lists cut, and how many members each of those has, by its place (`a[0].b`)."""
    if isinstance(value, dict):
        parts = {
            name: shortened(one, place=f"{place}.{name}".lstrip(".")) for name, one in value.items()
        }
        cut = {where: count for _, inner in parts.values() for where, count in inner.items()}
        return {name: one for name, (one, _) in parts.items()}, cut
    if not isinstance(value, list):
        return value, {}
    most = MOST_SHOWN if any(isinstance(one, dict | list) for one in value) else MOST_WORDS
    kept = [shortened(one, place=f"{place}[{at}]") for at, one in enumerate(value[:most])]
    cut = {where: count for _, inner in kept for where, count in inner.items()}
    return [one for one, _ in kept], cut | ({place: len(value)} if len(value) > most else {})


class Stable:
    """Replaces, in the order in which things are met. `began` is when the journey really began."""

    def __init__(self, *, began: datetime, origin: str) -> None:
        self._shift = BEGINS - began
        self._origin = origin
        self._today = national_day(began).isoformat()
        self._ids: dict[str, str] = {}
        self._said: dict[datetime, datetime] = {}

    def say(self, instant: datetime, said: datetime) -> None:
        """Let an instant that does not depend on when the journey began be shown as another one."""
        self._said[instant] = said

    def value(self, value: Any, name: str = "") -> Any:
        """Return a value of JSON with everything in it replaced; `name` is that of the member it stands in."""
        if isinstance(value, dict):
            return {inner: self.value(one, inner) for inner, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, name) for one in value]
        if isinstance(value, str):
            return _SAID.get(name) or self.text(value)
        return value

    def lines(self, text: str, media_type: str) -> str:
        """Return the first lines of a list, of CSV or of JSON, likewise."""
        if media_type == "text/csv":
            head, *rows = csv.reader(StringIO(text))
            written = StringIO()
            values = [
                [
                    self.value(value, name) if value else ""
                    for name, value in zip(head, row, strict=True)
                ]
                for row in rows[:MOST_SHOWN]
            ]
            csv.writer(written).writerows([head, *values])
            return written.getvalue()
        first = text.splitlines()[:MOST_SHOWN]
        return "".join(f"{json.dumps(self.value(json.loads(line)))}\n" for line in first)

    def text(self, text: str) -> str:
        """Return a text with ids, instants, tags and our own address replaced."""
        text = _ID.sub(lambda found: self._id(found[0]), text.replace(self._origin, ORIGIN))
        text = _HANDED_CODE.sub("K7QX2-MBA4T", text)
        text = _UNIQUE.sub("", text)
        text = _INSTANT.sub(lambda found: self._instant(found[0]), text)
        for length in (_DAY, _MONTH):
            text = text.replace(self._today[:length], national_day(BEGINS).isoformat()[:length])
        return _LONG_TAG.sub('"6b1f0c9e2d84a735"', text)

    def _id(self, found: str) -> str:
        number = len(self._ids) + 1
        return self._ids.setdefault(found, f"0197a1b2-c3d4-7000-8000-{number:012d}")

    def _instant(self, found: str) -> str:
        instant = datetime.fromisoformat(found)
        if said := self._said.get(instant):
            return write_instant(said)
        since = instant + self._shift - BEGINS
        return write_instant(BEGINS + since // STEP * STEP)


ORIGIN = "http://127.0.0.1:8000"
