"""Noting that a holder moved."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import Problem, StateConflict, TooManyRequests
from services.enrolment.api.card_documents import DomicileRequest, MovedCard
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.programme.move_holder import MoveHolder, move_holder
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/cards/domicile",
    allow=(OFFICER, OPERATOR),
    body=DomicileRequest,
    shows=MovedCard,
    refuses=(CardNotFound, StateConflict, TooManyRequests),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_domicile(call: Call, service: EnrolmentService) -> Answer:
    """Note that a card's holder lives in another regency: officers of that one assist from then on.

    A clock that runs keeps the instant at which it ends; the next ones end by the new regency's zone. Quotas and
    reports go on counting the card where it was awarded. A number that no card within reach has counts, and is
    recorded, as a look-up.
    """
    refuse_too_many(call, service)
    command = MoveHolder(
        card_number=call.body["card_number"],
        regency=call.body["regency"],
        reason=call.body["reason"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def note(connection: sa.Connection) -> Answer:
        card = move_holder(connection, command, stores=service.stores)
        return json_answer(200, {"card_ref": card.card_ref, "region": card.region})

    try:
        return service.transactions.answer(call.key, note, seconds=call.seconds_left)
    except Problem as refusal:
        record_one(call, refusal, service, what="Change of domicile")
        raise
