"""Places in waiting lists: what is counted, and until when an offer stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.domain.seats.waiting_list import (
    Place,
    PlaceState,
    Released,
    accepted,
    joined,
    list_is_over,
    offer_ends_at,
    offered,
    released,
)
from tests.services.enrolment.domain.builders import DAY, HOUR, NOW, PRICE, training_class


def place(number: int = 1) -> Place:
    return Place(
        enrolment_id=f"place-{number}",
        card_ref=f"card-{number}",
        class_id="class-1",
        provider_id="provider-1",
        state=PlaceState.WAITLISTED,
        price=PRICE,
        number=number,
        joined_at=NOW - DAY,
        rule_version="2023-01",
    )


def an_offer(*, hours: int = 24) -> Place:
    return offered(
        place(), training_class(waiting=1), now=NOW, stands_for=timedelta(hours=hours)
    ).place


def pause(since: datetime, until: datetime | None, *, region: str | None = None) -> Pause:
    return Pause("pause-1", Paused.ENROLMENTS, region, "-", since, until)


def test_a_seat_is_counted_once_from_joining_to_accepting() -> None:
    full = training_class(declared_seats=1, held=1)
    assert not full.has_seat_for_anybody
    waited = joined(place(), full)
    assert (waited.waiting, waited.joined, waited.free_seats) == (1, 1, 0)
    freed = training_class(declared_seats=1, held=0, waiting=1, joined=1)
    assert freed.free_seats == 1
    assert not freed.has_seat_for_anybody  # it is for who waits
    offer = offered(place(), freed, now=NOW, stands_for=DAY)
    after = offer.training_class
    assert (after.waiting, after.offered, after.held, after.free_seats) == (0, 1, 0, 0)
    taken = accepted(offer.place, after).training_class
    assert (taken.waiting, taken.offered, taken.held, taken.effective_seats) == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("before", "counts"), [(PlaceState.WAITLISTED, (0, 1)), (PlaceState.OFFERED, (1, 0))]
)
def test_a_place_that_ends_gives_back_what_it_kept(
    before: PlaceState, counts: tuple[int, int]
) -> None:
    a_class = training_class(waiting=1, offered=1)
    ended = place() if before is PlaceState.WAITLISTED else an_offer()
    changed = released(ended, a_class, Released.LEFT)
    assert changed.state_before is before
    assert changed.place.released is Released.LEFT
    assert not changed.place.is_open
    assert (changed.training_class.waiting, changed.training_class.offered) == counts


def test_lowering_the_seats_takes_away_none_that_is_offered() -> None:
    assert training_class(declared_seats=1, held=2, offered=1).effective_seats == 3


def test_an_offer_stands_until_the_class_begins_at_the_latest() -> None:
    soon = training_class(waiting=1, starts_at=NOW + HOUR)
    offer = offered(place(), soon, now=NOW, stands_for=DAY).place
    assert offer.offer_expires_at == NOW + HOUR
    assert an_offer().offer_expires_at == NOW + DAY


@pytest.mark.parametrize(
    ("pauses", "ends_at"),
    [
        ([], NOW + 24 * HOUR),
        ([pause(NOW + HOUR, NOW + 3 * HOUR)], NOW + 26 * HOUR),
        ([pause(NOW - 2 * HOUR, NOW + HOUR)], NOW + 25 * HOUR),
        ([pause(NOW - 2 * HOUR, NOW - HOUR)], NOW + 24 * HOUR),
        ([pause(NOW + 24 * HOUR, NOW + 30 * HOUR)], NOW + 24 * HOUR),
        ([pause(NOW + 23 * HOUR, NOW + 30 * HOUR)], NOW + 31 * HOUR),
        (
            [pause(NOW + HOUR, NOW + 3 * HOUR), pause(NOW + 2 * HOUR, NOW + 4 * HOUR, region="32")],
            NOW + 27 * HOUR,
        ),
        ([pause(NOW + HOUR, NOW + 3 * HOUR, region="17")], NOW + 24 * HOUR),
        ([pause(NOW + HOUR, None)], None),
        ([pause(NOW + HOUR, None, region="17")], NOW + 24 * HOUR),
        ([pause(NOW + 25 * HOUR, None)], NOW + 24 * HOUR),
    ],
    ids=[
        "none",
        "one",
        "begun before",
        "over before",
        "begun after",
        "begun just before the end",
        "two at once",
        "elsewhere",
        "in force",
        "in force elsewhere",
        "in force since the end",
    ],
)
def test_an_offer_stands_longer_by_the_pauses_in_which_nobody_could_accept(
    pauses: list[Pause], ends_at: datetime | None
) -> None:
    assert offer_ends_at(an_offer(), pauses, regency="32.73") == ends_at


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"status": "cancelled"}, Released.CALLED_OFF),
        ({"status": "unlisted"}, Released.CLOSED),
        ({"registration_closes": NOW}, Released.CLOSED),
    ],
)
def test_a_list_ends_with_the_registration(changes: dict[str, Any], why: Released | None) -> None:
    assert list_is_over(training_class(**changes), NOW) is why
