"""Results: given from evidence, voided after an audit; and the waiting time that may follow."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.problems import FieldError, StateConflict, ValidationFailed
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.api.learning_documents import (
    RESULT_REFUSALS,
    ClassResults,
    GivenResult,
    OpenedPurchase,
    VoidedEnrolment,
)
from services.enrolment.api.learning_schemas import ResultRequest, ResultsRequest, VoidingRequest
from services.enrolment.domain.learning.result import Result
from services.enrolment.queries.attendance import attendance_document
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.learning.give_results import (
    GiveResult,
    give_result_of_one,
    give_results_of_class,
)
from services.enrolment.use_cases.learning.open_again import OpenAgain, open_purchase_again
from services.enrolment.use_cases.learning.void_enrolment import VoidEnrolment, void_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.roles import OPERATOR, PROVIDER
from vocabulary.rule_set import RuleSet

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_BY_ID = "/enrolments/<id:enrolment_id>"


@endpoints.post(
    f"{_BY_ID}/result",
    allow=(PROVIDER, OPERATOR),
    body=ResultRequest,
    key=KeyUse.REQUIRED,
    shows=GivenResult,
    refuses=(StateConflict, *RESULT_REFUSALS),
)
def post_result(call: Call, service: EnrolmentService) -> Answer:
    """End a training by its evidence: completed, incomplete or no_show, as the rules in force say.

    Its provider may until the end of the fourteenth day after the last meeting, the operator at any time after it, for
    a reason. The outcome is computed and cannot be stated. The card may buy the next class: after a completed training
    once that is reviewed.
    """
    command = GiveResult(_reason(call), call.caller, call.request_id)

    def give(connection: sa.Connection) -> Answer:
        given = give_result_of_one(
            connection, call.path["enrolment_id"], command, stores=service.stores
        )
        return json_answer(200, _given(given, _rules(connection, service)))

    return service.transactions.answer(call.key, give, seconds=call.seconds_left)


@endpoints.post(
    "/classes/<id:class_id>/results",
    allow=(PROVIDER, OPERATOR),
    body=ResultsRequest,
    key=KeyUse.REQUIRED,
    shows=ClassResults,
    refuses_rows=(StateConflict, *RESULT_REFUSALS),
)
def post_results(call: Call, service: EnrolmentService) -> Answer:
    """End the trainings of a class that still run, each by its own evidence.

    Each is judged as by `POST /enrolments/{id}/result`, up to two hundred at once, in the order of enrolling. One that
    is refused does not stand in the way of the others.
    """
    command = GiveResult(_reason(call), call.caller, call.request_id)

    def give(connection: sa.Connection) -> Answer:
        results = give_results_of_class(
            connection,
            call.path["class_id"],
            command,
            after=call.body["after"],
            stores=service.stores,
        )
        rules = _rules(connection, service)
        document = {
            "given": [_given(each, rules) for each in results.given],
            "refused": [
                {"enrolment_id": name, "code": refusal.code, "detail": refusal.detail}
                for name, refusal in results.refused
            ],
            "next_after": results.next_after,
        }
        return json_answer(200, document)

    return service.transactions.answer(call.key, give, seconds=call.seconds_left)


def _reason(call: Call) -> str | None:
    """Return why a result is given. Raises `ValidationFailed` where an operator does not say."""
    reason: str | None = call.body["reason"]
    if reason is None and call.caller.role == OPERATOR:
        raise ValidationFailed(
            errors=[FieldError("/reason", "Say why you judge in the provider's place.")]
        )
    return reason


def _rules(connection: sa.Connection, service: EnrolmentService) -> RuleSet:
    return service.stores.rules.at(connection, service.database.now(connection))


def _given(recorded: Recorded[Result], rules: RuleSet) -> dict[str, Any]:
    result = recorded.result
    enrolment, card = result.enrolment, result.card
    until, opens = card.runs_out_at, enrolment.open_again_at
    return {
        "id": enrolment.enrolment_id,
        "status": enrolment.state.value,
        "attendance": attendance_document(result.attendance, rules),
        "card_status": card.state.value,
        "next_purchase_until": None if until is None else write_instant(until),
        "open_again_at": None if opens is None else write_instant(opens),
        "returned_to_state": result.returned,
        "position": recorded.position,
    }


@endpoints.post(
    f"{_BY_ID}/voiding",
    allow=(OPERATOR,),
    body=VoidingRequest,
    key=KeyUse.REQUIRED,
    shows=VoidedEnrolment,
    refuses=(StateConflict,),
)
def post_voiding(call: Call, service: EnrolmentService) -> Answer:
    """Void a result after an audit, under the number of a case.

    What was still set aside for the provider goes back to the State; the card stays as it is. Evidence and result are
    kept as they were.
    """
    command = VoidEnrolment(
        enrolment_id=call.path["enrolment_id"],
        reason=call.body["reason"],
        case_number=call.body["case_number"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def void(connection: sa.Connection) -> Answer:
        voided = void_enrolment(connection, command, stores=service.stores)
        enrolment = voided.result.enrolment
        document = {
            "id": enrolment.enrolment_id,
            "status": enrolment.state.value,
            "returned_to_state": voided.result.returned,
            "position": voided.position,
        }
        return json_answer(200, document)

    return service.transactions.answer(call.key, void, seconds=call.seconds_left)


@endpoints.post(
    f"{_BY_ID}/opening",
    allow=(OPERATOR,),
    body=ReasonGiven,
    shows=OpenedPurchase,
    refuses=(StateConflict,),
)
def post_opening(call: Call, service: EnrolmentService) -> Answer:
    """Open the next purchase before the waiting time after a training that was not completed is over."""
    command = OpenAgain(
        call.path["enrolment_id"], call.body["reason"], call.caller, call.request_id
    )

    def open_it(connection: sa.Connection) -> Answer:
        opened = open_purchase_again(connection, command, stores=service.stores)
        at = opened.result.open_again_at
        document = {
            "id": opened.result.enrolment_id,
            "open_again_at": None if at is None else write_instant(at),
            "position": opened.position,
        }
        return json_answer(200, document)

    return service.transactions.answer(call.key, open_it, seconds=call.seconds_left)
