"""Whose an enrolment is: what is another's answers exactly as what is absent."""

from __future__ import annotations

from chassis.identity import Principal
from services.enrolment.domain.seats.enrolment import Enrolment
from vocabulary.roles import HOLDER, PROVIDER


def belongs_to(enrolment: Enrolment, caller: Principal) -> bool:
    """Tell whether a caller may act on an enrolment; roles of the programme itself may act on all."""
    if caller.role == HOLDER:
        return caller.card == enrolment.card_ref
    if caller.role == PROVIDER:
        return caller.provider == enrolment.provider_id
    return True
