"""Acting for a card: a holder for the own one, an officer or operator for that of the person who is assisted."""

from __future__ import annotations

from collections.abc import Callable

from chassis.calls import Call
from chassis.idempotency import Answer
from chassis.problems import Problem
from services.enrolment.api.assistance import assisted_card_number
from services.enrolment.api.cards import own_card
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.shared.find_card import card_within_reach


def for_a_card(
    call: Call, service: EnrolmentService, act: Callable[[str], Answer], *, what: str
) -> Answer:
    """Act for the caller's own card, or for the one that the body names; `what` is done is recorded if it is refused.

    What is refused to somebody who assists counts as a look-up, since it told of a card.
    """
    number = assisted_card_number(call)
    if number is None:
        return act(own_card(call.caller))
    refuse_too_many(call, service)
    try:
        return act(_card_within_reach(call, service, number))
    except Problem as refusal:
        record_one(call, refusal, service, what=what)
        raise


def _card_within_reach(call: Call, service: EnrolmentService, number: str) -> str:
    with service.database.reading() as connection:
        return card_within_reach(
            connection, number, reach=reach_to_act(call.caller), stores=service.stores
        )
