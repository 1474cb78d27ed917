"""Classes of mixed courses within a span of time: every instant of it and no other, found by few numbers."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.search.offers import Offer, Wanted, numbers

STRETCH = timedelta(milliseconds=1 << 28)
FIRST = datetime(2000, 1, 1, tzinfo=UTC) + 3_100 * STRETCH
INSTANTS = [
    FIRST + whole * STRETCH + timedelta(milliseconds=beside)
    for whole in range(4)
    for beside in (-1, 0, 1, 40_000_000)
]


@pytest.mark.parametrize(
    ("after", "before"),
    [
        *itertools.combinations(INSTANTS, 2),
        *((instant, None) for instant in INSTANTS),
        *((None, instant) for instant in INSTANTS),
    ],
)
def test_a_span_holds_what_starts_within_it(
    after: datetime | None, before: datetime | None
) -> None:
    spans = Wanted(after=after, before=before).spans_everywhere()
    assert len(spans) <= 3
    for instant in INSTANTS:
        found = any(
            first <= number <= last
            for number in numbers(Offer(instant, True, None, ()))
            for first, last in spans
        )
        within = (after is None or instant >= after) and (before is None or instant < before)
        assert found is within, instant


def test_a_long_span_is_found_by_few_numbers() -> None:
    every_minute = [
        Offer(FIRST + timedelta(minutes=minute), True, None, ()) for minute in range(60 * 24 * 40)
    ]
    spans = Wanted(after=FIRST + timedelta(hours=5)).spans_everywhere()
    matched = {
        number
        for offer in every_minute
        for number in numbers(offer)
        if any(first <= number <= last for first, last in spans)
    }
    assert len(matched) < len(every_minute) / 8, "those of three days at most, and some stretches"
