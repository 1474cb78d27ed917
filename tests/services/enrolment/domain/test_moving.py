"""What moves a class with people in it, and until when they may leave free of charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.enrolment.domain.seats.moving import Plan, free_exit_until, move_of
from services.enrolment.domain.seats.training_class import Meeting, TrainingClass
from tests.services.enrolment.domain.builders import DAY, HOUR, NOW, training_class

MEETINGS = tuple(Meeting(NOW + n * DAY, NOW + n * DAY + 2 * HOUR) for n in (10, 11, 12))
BEFORE = training_class(held=1, meetings=MEETINGS, venue="BLK Bengkulu")
LATER = (*MEETINGS[:2], Meeting(NOW + 13 * DAY, NOW + 13 * DAY + 2 * HOUR))


def plan(**changes: Any) -> Plan:
    return replace(Plan("published", "BLK Bengkulu", MEETINGS), **changes)


@pytest.mark.parametrize(
    "to",
    [
        plan(venue="Gedung B"),
        plan(venue=None),
        plan(meetings=LATER),
        plan(meetings=MEETINGS[:2]),
        plan(meetings=(*MEETINGS, LATER[-1])),
        plan(meetings=LATER, status="closed"),
    ],
)
def test_other_days_or_another_place_move_a_class(to: Plan) -> None:
    move = move_of(BEFORE, to)
    assert move is not None
    assert (move.training_class, move.to) == (BEFORE, to)


@pytest.mark.parametrize(
    ("before", "to"),
    [
        (BEFORE, plan()),
        (BEFORE, plan(status="closed")),
        (BEFORE, plan(status="cancelled", meetings=LATER)),
        (replace(BEFORE, status="cancelled"), plan(meetings=LATER)),
        (replace(BEFORE, held=0), plan(meetings=LATER)),
        (replace(BEFORE, venue=None), plan()),
        (BEFORE, plan(venue=" blk  BENGKULU ")),
    ],
    ids=[
        "nothing",
        "closed",
        "called off",
        "was called off",
        "nobody in it",
        "venue first heard of",
        "venue written otherwise",
    ],
)
def test_nothing_else_does(before: TrainingClass, to: Plan) -> None:
    assert move_of(before, to) is None


@pytest.mark.parametrize(
    ("moved_at", "until"),
    [
        (None, None),
        (NOW - DAY, MEETINGS[0].starts_at),
        (NOW + 8 * DAY, MEETINGS[0].starts_at),
        (NOW + 9 * DAY, NOW + 11 * DAY),
        (MEETINGS[0].starts_at, MEETINGS[2].starts_at),
        (MEETINGS[1].ends_at, MEETINGS[1].ends_at + 2 * DAY),
        (MEETINGS[2].ends_at, MEETINGS[2].ends_at + 2 * DAY),
    ],
)
def test_who_enrolled_before_may_leave_until_the_next_meeting_and_for_two_days_at_least(
    moved_at: datetime | None, until: datetime | None
) -> None:
    def found(enrolled_at: datetime) -> datetime | None:
        return free_exit_until(MEETINGS, moved_at=moved_at, enrolled_at=enrolled_at)

    assert found(NOW - 2 * DAY) == until
    if moved_at is not None:
        assert found(moved_at) == until
        assert found(moved_at + HOUR / 3600) is None, "who came later knew of it"
