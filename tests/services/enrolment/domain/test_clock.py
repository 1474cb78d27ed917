"""Clocks end with a day where the holder lives: a card is usable at 23:59:59 of the fifteenth, a second later not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.enrolment.domain.programme.award import Award
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.clock import end_of_day, given_again, runs_out
from tests.services.enrolment.domain.builders import DAY, RULES
from tests.services.enrolment.domain.test_award import award, nomination
from vocabulary.rule_set import row_of
from vocabulary.zones import zone

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("region", "awarded", "last_second"),
    [
        # 23:30 on 1 March in Jakarta is half past midnight of 2 March in Makassar, and half past one in Jayapura.
        (
            "31.71",
            datetime(2027, 3, 1, 16, 30, tzinfo=UTC),
            datetime(2027, 3, 16, 16, 59, 59, tzinfo=UTC),
        ),
        (
            "73.71",
            datetime(2027, 3, 1, 16, 30, tzinfo=UTC),
            datetime(2027, 3, 17, 15, 59, 59, tzinfo=UTC),
        ),
        (
            "91.71",
            datetime(2027, 3, 1, 16, 30, tzinfo=UTC),
            datetime(2027, 3, 17, 14, 59, 59, tzinfo=UTC),
        ),
        (
            "31.71",
            datetime(2027, 3, 1, 17, 0, tzinfo=UTC),
            datetime(2027, 3, 17, 16, 59, 59, tzinfo=UTC),
        ),
        (
            "31.71",
            datetime(2027, 3, 1, 16, 59, 59, tzinfo=UTC),
            datetime(2027, 3, 16, 16, 59, 59, tzinfo=UTC),
        ),
    ],
)
def test_a_card_is_usable_until_the_fifteenth_day_ends_where_its_holder_lives(
    region: str, awarded: datetime, last_second: datetime
) -> None:
    assert (row_of("first_purchase_days"), RULES.first_purchase_days) == ("first purchase", 15)
    [given] = award(nomination("a", region=region), now=awarded)
    assert isinstance(given, Award)
    assert given.card.deadline == last_second + SECOND
    assert given.card.state_at(last_second) is CardState.AWARDED
    assert given.card.state_at(last_second + SECOND) is CardState.EXPIRED


def test_a_day_ends_at_midnight_of_its_zone_and_midnight_is_of_the_next_day() -> None:
    jakarta = zone("Asia/Jakarta")
    midnight = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
    assert end_of_day(midnight - timedelta(microseconds=1), jakarta) == midnight
    assert end_of_day(midnight, jakarta) == midnight + DAY


@pytest.mark.parametrize(
    ("cancelled", "last_day"),
    [
        (
            datetime(2027, 3, 2, 16, 59, 59, tzinfo=UTC),
            16,
        ),  # on the day of the purchase nothing is lost or gained
        (datetime(2027, 3, 2, 17, 0, tzinfo=UTC), 17),
        (datetime(2027, 3, 12, 5, 0, tzinfo=UTC), 26),
    ],
)
def test_a_clock_that_stood_still_has_as_many_days_left_as_before(
    cancelled: datetime, last_day: int
) -> None:
    bought, deadline = datetime(2027, 3, 2, 5, tzinfo=UTC), datetime(2027, 3, 16, 17, tzinfo=UTC)
    again = given_again(deadline, since=bought, now=cancelled, region="31.71")
    assert again == datetime(2027, 3, last_day, 17, tzinfo=UTC)


def test_no_time_at_all_still_ends_with_the_day() -> None:
    noon = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)
    assert runs_out(noon, timedelta(0), region="31.71") == datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
