"""News: one id for each happening and card, and instants by the clock where the reader lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.identifiers import is_id
from services.accounts.domain.people.messages import MessageKind
from services.accounts.domain.people.news import News, instant_where

NOW = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
NEWS = News(MessageKind.CLASS_MOVED, "a" * 64, "0b8f7a52-6e0c-4d0a-9f4c-000000000001", NOW)


def test_the_id_is_that_of_the_happening_and_the_card() -> None:
    again = replace(NEWS, expires_at=NOW.replace(year=2028))
    others = [
        replace(NEWS, happening="b" * 64),
        replace(NEWS, card="0b8f7a52-6e0c-4d0a-9f4c-000000000002"),
    ]
    assert is_id(NEWS.message_id)
    assert again.message_id == NEWS.message_id
    assert len({NEWS.message_id, *(other.message_id for other in others)}) == 3


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("32.73", "Asia/Jakarta"),
        ("61.71", "Asia/Pontianak"),
        ("73.71", "Asia/Makassar"),
        ("91.71", "Asia/Jayapura"),
        ("99.99", "Asia/Jakarta"),
        (None, "Asia/Jakarta"),
    ],
)
def test_an_instant_is_told_by_the_clock_of_the_region(region: str | None, zone: str) -> None:
    assert instant_where(NOW, region) == {"until": "2027-03-01T02:30:00.000000Z", "zone": zone}
