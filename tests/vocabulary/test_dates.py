"""Days of the calendar as they are sent."""

from __future__ import annotations

from datetime import date

import pytest

from vocabulary.dates import parse_date


def test_a_day_is_year_month_and_day_with_hyphens() -> None:
    assert parse_date("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "sent",
    [
        "2023-W01-1",
        "20230101",
        "2023-1-1",
        "01-01-2023",
        "2023-01-01T00:00:00Z",
        "",
        20230101,
        None,
    ],
)
def test_another_spelling_is_refused_with_an_example(sent: object) -> None:
    with pytest.raises(ValueError, match="Send a date such as 1990-05-31"):
        parse_date(sent)


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no such day in the calendar"):
        parse_date("2023-02-29")
