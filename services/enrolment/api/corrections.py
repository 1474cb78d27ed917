"""Corrections of money: proposed by one operator, decided on by another."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import Problem, StateConflict, TooManyRequests
from services.enrolment.api.answers import show
from services.enrolment.api.correction_documents import (
    CorrectionRequest,
    CorrectionsQuery,
    ShownCorrection,
    ShownCorrections,
)
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.domain.money.correction import Correction, CorrectionState
from services.enrolment.queries.corrections import (
    correction_document,
    list_corrections,
    show_correction,
)
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.money.approve_correction import approve_correction
from services.enrolment.use_cases.money.close_correction import close_correction
from services.enrolment.use_cases.money.propose_correction import (
    ProposeCorrection,
    propose_correction,
)
from vocabulary.refusals.cards import BalanceOutOfBounds, CardNotFound, CardNotUsable, SamePerson
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_BY_ID = "/corrections/<id:correction_id>"


@endpoints.get(
    "/corrections", allow=(OPERATOR, AUDITOR), query=CorrectionsQuery, shows=ShownCorrections
)
def get_corrections(call: Call, service: EnrolmentService) -> Answer:
    """List corrections, the newest first."""
    status = call.query["status"]
    with service.database.reading() as connection:
        document = list_corrections(
            connection,
            call.query["page"],
            status=status and CorrectionState(status),
            card_ref=call.query["card_ref"],
            now=service.database.now(connection),
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownCorrection)
def get_correction(call: Call, service: EnrolmentService) -> Answer:
    """Show one correction."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_correction(connection, call.path["correction_id"], now=now)
    return show(document)


@endpoints.post(
    "/corrections",
    allow=(OPERATOR,),
    body=CorrectionRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=ShownCorrection,
    sends=("Location",),
    refuses=(CardNotFound, CardNotUsable, TooManyRequests),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_correction(call: Call, service: EnrolmentService) -> Answer:
    """Propose a correction of a card's money.

    Nothing moves until another operator approves it, within seven days. Of a card that has ended nothing is corrected.

    A number that no card has counts, and is recorded, as a look-up of the card.
    """
    refuse_too_many(call, service)
    command = ProposeCorrection(
        correction_id=new_id(),
        card_number=call.body.get("card_number"),
        card_ref=call.body.get("card_ref"),
        amount=call.body["amount"],
        reason=call.body["reason"],
        case_number=call.body["case_number"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def propose(connection: sa.Connection) -> Answer:
        proposed = propose_correction(connection, command, stores=service.stores)
        location = {"Location": f"/api/v1/corrections/{proposed.correction_id}"}
        document = correction_document(proposed, now=proposed.proposed_at)
        return json_answer(201, document, location)

    try:
        return service.transactions.answer(call.key, propose, seconds=call.seconds_left)
    except Problem as refusal:
        record_one(call, refusal, service, what="Correction")
        raise


@endpoints.post(
    f"{_BY_ID}/approval",
    allow=(OPERATOR,),
    key=KeyUse.REQUIRED,
    shows=ShownCorrection,
    refuses=(StateConflict, SamePerson, CardNotUsable, BalanceOutOfBounds),
)
def post_approval(call: Call, service: EnrolmentService) -> Answer:
    """Approve a correction that somebody else proposed; its money moves at once.

    The rules judge by what is true now: the balance stays from 0 to the card's benefit, less what running trainings
    have set aside. Who is somebody else is told by the subjects of the two credentials: two programs are two subjects.
    """
    movement_id = new_id()

    def approve(connection: sa.Connection) -> Answer:
        recorded = approve_correction(
            connection,
            call.path["correction_id"],
            movement_id=movement_id,
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        return _decided(recorded.result.correction)

    return service.transactions.answer(call.key, approve, seconds=call.seconds_left)


@endpoints.post(
    f"{_BY_ID}/refusal",
    allow=(OPERATOR,),
    body=ReasonGiven,
    shows=ShownCorrection,
    refuses=(StateConflict, SamePerson),
)
def post_refusal(call: Call, service: EnrolmentService) -> Answer:
    """Refuse a correction that somebody else proposed, for a reason."""
    return _close(call, service, CorrectionState.REFUSED)


@endpoints.post(
    f"{_BY_ID}/withdrawal",
    allow=(OPERATOR,),
    body=ReasonGiven,
    shows=ShownCorrection,
    refuses=(StateConflict,),
)
def post_withdrawal(call: Call, service: EnrolmentService) -> Answer:
    """Take back a correction that one proposed oneself, for a reason."""
    return _close(call, service, CorrectionState.WITHDRAWN)


def _close(call: Call, service: EnrolmentService, state: CorrectionState) -> Answer:
    def close(connection: sa.Connection) -> Answer:
        closed = close_correction(
            connection,
            call.path["correction_id"],
            state,
            reason=call.body["reason"],
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        return _decided(closed)

    return service.transactions.answer(call.key, close, seconds=call.seconds_left)


def _decided(correction: Correction) -> Answer:
    now = correction.decided_at or correction.proposed_at
    return json_answer(200, correction_document(correction, now=now))
