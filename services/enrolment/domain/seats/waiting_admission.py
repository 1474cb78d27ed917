"""Who gets a place in the waiting list of a class, and who may take the seat that is offered for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.enrolment.domain.assistance import assists
from services.enrolment.domain.programme.check import first_refusal
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.entitlement import Case, checks_of_waiting
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_list import (
    Place,
    PlaceState,
    joined,
    offer_ends_at,
)
from vocabulary.refusals.seats import AlreadyWaiting, OfferOver


@dataclass(frozen=True, slots=True)
class Waitlisted:
    """No seat was free, and a place in the waiting list was given: the card's region, and the class afterwards."""

    command: EnrolCommand
    place: Place
    region: str
    training_class: TrainingClass


def waitlisted(command: EnrolCommand, case: Case, places: Sequence[Place]) -> Waitlisted:
    """Give a card the last place in the list of a full class, or raise the refusal."""
    refusal = first_refusal(checks_of_waiting(case, places))
    if refusal is not None:
        raise refusal
    training_class = case.training_class
    place = Place(
        enrolment_id=command.enrolment_id,
        card_ref=command.card_ref,
        class_id=training_class.class_id,
        provider_id=training_class.provider_id,
        state=PlaceState.WAITLISTED,
        price=training_class.price,
        number=training_class.joined + 1,
        joined_at=case.now,
        rule_version=case.rules.version,
        assisted=assists(command.role),
        consent=command.consent,
    )
    return Waitlisted(command, place, case.card.region, joined(place, training_class))


def offered_place(command: EnrolCommand, case: Case, places: Sequence[Place]) -> Place:
    """Return the place for which a seat is offered. Raises `OfferOver` where none is, or not any more."""
    found = (place for place in places if place.enrolment_id == command.enrolment_id)
    place = next(found, None)
    if place is None:
        raise OfferOver(facts={"enrolment_status": PlaceState.RELEASED.value})
    if place.state is not PlaceState.OFFERED:
        raise OfferOver(
            "No seat is offered yet: the place in the line tells how many are before it.",
            facts={"enrolment_status": place.state.value},
        )
    ends_at = offer_ends_at(place, case.pauses, regency=case.card.region)
    if ends_at is not None and ends_at <= case.now:
        raise OfferOver(facts={"enrolment_status": PlaceState.RELEASED.value})
    return place


def refuse_beside_an_offer(case: Case, places: Sequence[Place]) -> None:
    """Raise `AlreadyWaiting` where a seat in the class is offered to a card that asks for another one."""
    for place in places:
        if place.class_id == case.training_class.class_id and place.state is PlaceState.OFFERED:
            raise AlreadyWaiting("A seat in this class is offered to the card: accept that one.")
