"""What identifiers tell of themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import utc_now
from chassis.identifiers import made_at, new_id, random_reference


def test_an_identifier_that_sorts_tells_when_it_was_made() -> None:
    before = utc_now() - timedelta(milliseconds=1)
    made = made_at(new_id())
    assert made is not None
    assert before <= made <= utc_now()
    told = made_at("018bcfe5-6800-7000-8000-000000000000")
    assert told == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "other", [random_reference(), "", "7", "018bcfe5-6800-7000-8000-00000000000g"]
)
def test_no_other_identifier_tells_it(other: str) -> None:
    assert made_at(other) is None
