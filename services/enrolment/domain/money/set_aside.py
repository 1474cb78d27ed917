"""What was set aside for an enrolment goes on as a whole, by one movement."""

from __future__ import annotations

from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.seats.enrolment import Enrolment


def released(enrolment: Enrolment, *, to: Account, cause: Cause, movement_id: str) -> Movement:
    """Return the movement of an enrolment's price from what is set aside to another account."""
    return Movement(
        movement_id=movement_id,
        cause=cause,
        source=Account.SET_ASIDE,
        target=to,
        amount=enrolment.price,
        card_ref=enrolment.card_ref,
        enrolment_id=enrolment.enrolment_id,
        class_id=enrolment.class_id,
        provider_id=enrolment.provider_id,
    )
