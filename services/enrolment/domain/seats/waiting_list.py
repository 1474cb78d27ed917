"""The waiting list of a class: a place in it, and what becomes of it. Who waits holds no seat, and every clock runs.

A place is never taken up again once it has ended: whoever comes back joins at the end of the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.enrolment.domain.programme.pause import Pause, clocks_stopped_at
from services.enrolment.domain.programme.standstill import standstills
from services.enrolment.domain.seats.training_class import TrainingClass

PLACES_OF_A_CARD = 3
"""In how many waiting lists a card may stand at once: each may keep a seat from others while an offer stands."""


class PlaceState(StrEnum):
    """Where a place in a waiting list stands (programme, "Two clocks, two state machines")."""

    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    """It went on as an enrolment with the same id."""

    RELEASED = "released"


class Released(StrEnum):
    """Why a place ended without a seat."""

    LEFT = "left"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    CARD_ENDED = "card-ended"
    CLOSED = "registration-closed"
    CALLED_OFF = "class-called-off"


@dataclass(frozen=True, slots=True)
class Place:
    """A card's place in the waiting list of a class; `enrolment_id` is that of the enrolment it may become.

    `number` counts those who joined the list before it, and itself; `price` is the one its holder was shown, in rupiah.
    `offer_expires_at` is until when a seat is kept, but for pauses since `offered_at`.
    """

    enrolment_id: str
    card_ref: str
    class_id: str
    provider_id: str
    state: PlaceState
    price: int
    number: int
    joined_at: datetime
    rule_version: str
    offered_at: datetime | None = None
    offer_expires_at: datetime | None = None
    released: Released | None = None
    assisted: bool = False
    consent: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether it is still waited for a seat, or an answer."""
        return self.state in (PlaceState.WAITLISTED, PlaceState.OFFERED)


@dataclass(frozen=True, slots=True)
class Changed:
    """A place and its class after something happened to it, and the state it had before."""

    place: Place
    training_class: TrainingClass
    state_before: PlaceState


def joined(place: Place, training_class: TrainingClass) -> TrainingClass:
    """Return a class once a place was added at the end of its list."""
    return replace(training_class, waiting=training_class.waiting + 1, joined=place.number)


def offered(
    place: Place, training_class: TrainingClass, *, now: datetime, stands_for: timedelta
) -> Changed:
    """Offer a free seat to the first of a list: it is kept until the offer has run out, or the class begins."""
    until = min(now + stands_for, training_class.starts_at)
    return Changed(
        replace(place, state=PlaceState.OFFERED, offered_at=now, offer_expires_at=until),
        replace(
            training_class,
            waiting=training_class.waiting - 1,
            offered=training_class.offered + 1,
        ),
        place.state,
    )


def accepted(place: Place, training_class: TrainingClass) -> Changed:
    """Let an offered seat be held by an enrolment, which is added beside this."""
    return Changed(
        replace(place, state=PlaceState.ACCEPTED),
        replace(training_class, offered=training_class.offered - 1, held=training_class.held + 1),
        place.state,
    )


def released(place: Place, training_class: TrainingClass, why: Released) -> Changed:
    """End an open place without a seat: one that was offered is free for the next."""
    if place.state is PlaceState.OFFERED:
        after = replace(training_class, offered=training_class.offered - 1)
    else:
        after = replace(training_class, waiting=training_class.waiting - 1)
    return Changed(replace(place, state=PlaceState.RELEASED, released=why), after, place.state)


def offer_ends_at(place: Place, pauses: Iterable[Pause], *, regency: str) -> datetime | None:
    """Return until when an offer stands: longer by the pauses since, in which nobody could accept; None in one of them.

    `pauses` are those in force and those that ended since the offer was made, `regency` is where the holder lives.
    """
    assert place.offered_at is not None  # noqa: S101 - of an offer
    assert place.offer_expires_at is not None  # noqa: S101 - of an offer
    pauses = list(pauses)
    stopped_at = clocks_stopped_at(pauses, regency=regency)
    ends_at, counted = place.offer_expires_at, place.offered_at
    for each in standstills(pauses, regency=regency):
        since = max(each.since, counted)
        if since < min(each.until, ends_at):
            ends_at += each.until - since
            counted = each.until
    return None if stopped_at is not None and stopped_at < ends_at else ends_at


def list_is_over(training_class: TrainingClass, now: datetime) -> Released | None:
    """Tell why nobody of a class's list can get a seat any more; None where somebody still may."""
    if training_class.is_cancelled:
        return Released.CALLED_OFF
    return None if training_class.takes_enrolments_at(now) else Released.CLOSED
