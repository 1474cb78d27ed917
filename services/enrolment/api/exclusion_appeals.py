"""Appeals of holders against exclusions."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.problems import Problem, StateConflict
from services.enrolment.api.answers import show
from services.enrolment.api.assistance import assisted_card_number
from services.enrolment.api.cards import own_card
from services.enrolment.api.exclusion_case_documents import AppealRequest, OwnCase, ShownAppeal
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.queries.exclusion_cases import show_own_case
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.exclusion.file_appeal import FileAppeal, file_appeal
from services.enrolment.use_cases.exclusion.read_exclusions import record_appeal_read
from services.enrolment.use_cases.shared.actor import called_by
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import HOLDER, OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_BY_ID = "/exclusion-cases/<id:case_id>"


@endpoints.post(
    f"{_BY_ID}/appeal",
    allow=(HOLDER, OFFICER),
    body=AppealRequest,
    key=KeyUse.REQUIRED,
    shows=OwnCase,
    refuses=(StateConflict, CardNotFound),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_appeal(call: Call, service: EnrolmentService) -> Answer:
    """File an appeal against an exclusion.

    The card is not revoked before another operator has decided on it. An officer files it for a person of its region
    who is there with the card, and says by `consent` that the person agreed to what is said. It is kept sealed.
    """
    number = assisted_card_number(call)
    if number is None:
        own_card(call.caller)
    refuse_too_many(call, service)
    command = FileAppeal(
        case_id=call.path["case_id"],
        text=call.body["text"],
        card_number=number,
        caller=call.caller,
        request_id=call.request_id,
    )

    def file(connection: sa.Connection) -> Answer:
        case = file_appeal(connection, command, stores=service.stores)
        now = case.appealed_at or case.opened_at
        return show(show_own_case(connection, case.case_id, now=now))

    try:
        return service.transactions.answer(call.key, file, seconds=call.seconds_left)
    except Problem as refusal:
        if number is not None:
            record_one(call, refusal, service, what="Appeal")
        raise


@endpoints.get(f"{_BY_ID}/appeal", allow=(OPERATOR,), shows=ShownAppeal, refuses=(StateConflict,))
def get_appeal(call: Call, service: EnrolmentService) -> Answer:
    """Show what the holder says against an exclusion; the reading is recorded."""
    case_id, actor = call.path["case_id"], called_by(call.caller, call.request_id)
    record = partial(record_appeal_read, case_id=case_id, actor=actor, stores=service.stores)
    sealed = service.transactions.run(record, repeatable=True)
    text = service.stores.exclusion_cases.opened_appeal(case_id, sealed)
    return json_answer(200, {"case_id": case_id, "text": text})
