"""Erasing a person."""

from __future__ import annotations

import marshmallow as ma
import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.contract import Shown
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import InstantField, Reference, says
from chassis.idempotency import Answer, json_answer
from chassis.problems import Problem, StateConflict, TooManyRequests
from services.enrolment.api.card_documents import ErasureRequest
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.programme.erase_holder import EraseHolder, erase_holder
from services.enrolment.use_cases.programme.find_traces import find_traces
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class ShownErasure(Shown):
    """A person who was erased."""

    card_refs = ma.fields.List(
        Reference(),
        metadata=says("The person's cards. They stay in the log, and lead to nobody any more."),
    )
    erased_at = InstantField()


@endpoints.post(
    "/cards/erasure",
    allow=(OPERATOR,),
    body=ErasureRequest,
    key=KeyUse.REQUIRED,
    shows=ShownErasure,
    refuses=(CardNotFound, StateConflict, TooManyRequests),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_erasure(call: Call, service: EnrolmentService) -> Answer:
    """Erase the person who holds a card, on that person's request, under the number of a case.

    Everything by which a card leads to the person is destroyed, with all that is kept sealed of what the person said,
    and the person's account. The log stays as it is. The card has to have ended before, and no exclusion case may go
    on. Whoever was erased gets no other card, and counts among the recipients of the family card, unless every card was
    withdrawn as awarded by mistake. There is no way back.
    A number that no card has counts, and is recorded, as a look-up.
    """
    refuse_too_many(call, service)
    command = EraseHolder(
        card_number=call.body.get("card_number"),
        card_ref=call.body.get("card_ref"),
        reason=call.body["reason"],
        case_number=call.body["case_number"],
        caller=call.caller,
        request_id=call.request_id,
    )
    traces = find_traces(command.card_number, command.card_ref, stores=service.stores)

    def erase(connection: sa.Connection) -> Answer:
        erased = erase_holder(connection, command, traces, stores=service.stores)
        document = {"card_refs": erased.card_refs, "erased_at": write_instant(erased.at)}
        return json_answer(200, document)

    try:
        return service.transactions.answer(call.key, erase, seconds=call.seconds_left)
    except Problem as refusal:
        record_one(call, refusal, service, what="Erasure")
        raise
