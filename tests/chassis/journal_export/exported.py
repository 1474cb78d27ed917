"""A journal of several kinds of entries, and how it is asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from chassis.journal import Entry
from chassis.journal_export import LogFilter
from chassis.pagination import Place
from chassis.written_rows import JSON_LINES
from tests.chassis.tally import TallyHouse
from tests.tokens import bearer

JSON = "application/json"
ENTRIES = 60
CLASSES = [f"01930000-0000-7000-8000-00000000000{digit}" for digit in "abc"]
REGIONS = ["17", "17.71", "17.01", "71.17", "11.10", None]
BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)
WHOLE = LogFilter(
    place=Place("all", None), after=0, limit=None, kind=None, subjects={}, since=None, until=None
)
Query = Mapping[str, str | int]


def append(house: TallyHouse, entry: Entry, *, minutes: int = 0) -> None:
    house.transactions.run(
        lambda connection: house.journal.append(
            connection, [entry], now=BEGAN + timedelta(minutes=minutes)
        )
    )


def region_code(value: str) -> str:
    if value not in REGIONS and value != "71":
        raise ValueError("Send a code that is used here.")
    return value


def get(client: FlaskClient, query: Query, media_type: str = JSON, role: str = "auditor") -> Any:
    headers = {**bearer(role=role), "Accept": media_type}
    return client.get("/api/v1/log/entries", query_string=query, headers=headers)


def positions_in(data: bytes, media_type: str) -> list[int]:
    if media_type == JSON:
        return [item["position"] for item in json.loads(data)["items"]]
    if media_type == JSON_LINES:
        return [json.loads(line)["position"] for line in data.splitlines()]
    return [int(row["position"]) for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]
