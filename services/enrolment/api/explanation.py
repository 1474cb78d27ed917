"""What the rules say of a case, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.problems import FieldError, Forbidden, NotFound, ValidationFailed
from services.enrolment.api.answers import sees_all
from services.enrolment.api.cards import looked_up, own_card
from services.enrolment.api.explanation_documents import ExplanationRequest, ShownExplanation
from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.reach import reach_to_read
from services.enrolment.domain.reports.rounding import for_the_public
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.programme.explain_candidate import explain_candidate
from services.enrolment.use_cases.programme.explain_rules import (
    Explanation,
    Judge,
    explain_class,
    explain_enrolment,
    explain_seat,
    judge_asked_for,
    rules_of_offer,
)
from vocabulary.refusals.cards import CardNotFound
from vocabulary.refusals.seats import ClassNotFound
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/rules/explanation",
    allow=(HOLDER, PROVIDER, OFFICER, OPERATOR, AUDITOR),
    body=ExplanationRequest,
    key=KeyUse.NONE,
    shows=ShownExplanation,
    refuses=(ClassNotFound, CardNotFound, NotFound),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
    bounded_for=(OFFICER, OPERATOR),
)
def post_explanation(call: Call, service: EnrolmentService) -> Answer:
    """Explain what each rule says of a candidate, seat, enrolment or class, and what it compared.

    Of another version or day it tells what those rules would have said: the card then stands as if they had awarded
    it. An enrolment is judged by what was known when it was made, a class by the limits of its course, days and seats.
    Nothing is changed, and no place or seat is kept. Where a card is named by its number, that is recorded as a
    look-up. How much of a quota is used is told in tens to everybody but operators and auditors.
    """
    # A look-up is recorded before anything is told of the card.
    card_ref = _card_asked_for(call, service) if "class_id" in call.body else ""
    with service.database.reading() as connection:
        if "enrolment_id" in call.body:
            return _shown(call, _of_enrolment(connection, call, service))
        if "limits_of" in call.body:
            return _shown(call, _of_class(connection, call, service))
        judge = _judge(connection, call, service, now=service.database.now(connection))
        if "candidate" in call.body:
            person = call.body["candidate"]
            return _shown(call, explain_candidate(connection, person, judge, stores=service.stores))
        class_id = call.body["class_id"]
        return _shown(
            call,
            explain_seat(
                connection, judge, card_ref=card_ref, class_id=class_id, stores=service.stores
            ),
        )


def _judge(
    connection: sa.Connection,
    call: Call,
    service: EnrolmentService,
    *,
    now: datetime,
    version: str | None = None,
) -> Judge:
    """Return the rules asked for and as of when they judge; without a wish those of `version`, or those of `now`."""
    day, wished = call.body.get("date"), call.body.get("version")
    if day is None and wished is None:
        wished = version
    book = service.stores.rules.book_now(connection)
    return judge_asked_for(book, version=wished, day=day, now=now)


def _of_enrolment(connection: sa.Connection, call: Call, service: EnrolmentService) -> Explanation:
    """Explain an enrolment, by the version that judged it unless another one is asked for."""
    stores, reach = service.stores, reach_to_read(call.caller)
    enrolment = stores.enrolments.find(connection, call.body["enrolment_id"])
    if enrolment is None or not reach.has_enrolment(
        card_ref=enrolment.card_ref, provider_id=enrolment.provider_id
    ):
        raise NotFound
    judge = _judge(
        connection, call, service, now=enrolment.enrolled_at, version=enrolment.rule_version
    )
    if not {"version", "date"} & call.body.keys():
        judge = replace(judge, other=False)
    return explain_enrolment(connection, enrolment, judge, stores=stores)


def _of_class(connection: sa.Connection, call: Call, service: EnrolmentService) -> Explanation:
    """Explain a class, by the version that judged it unless another one is asked for."""
    training_class = service.stores.classes.read(connection, call.body["limits_of"])
    if training_class is None:
        raise ClassNotFound
    now = service.database.now(connection)
    if {"version", "date"} & call.body.keys():
        return explain_class(training_class, _judge(connection, call, service, now=now))
    book = service.stores.rules.book_now(connection)
    judge = Judge(rules_of_offer(training_class, book), training_class.starts_at)
    return explain_class(training_class, judge)


def _card_asked_for(call: Call, service: EnrolmentService) -> str:
    """Return the reference of the card that wants the seat; one that is named by its number is looked up."""
    number, caller = call.body.get("card_number"), call.caller
    if caller.role == HOLDER:
        if number is not None:
            raise _refused("Leave it out: the card is that of your credential.")
        return own_card(caller)
    if caller.role not in (OFFICER, OPERATOR):
        raise Forbidden("Cards are looked up by officers and operators only.")
    if number is None:
        raise _refused("Send the number of the card that wants the seat.")
    return looked_up(
        call,
        service,
        card_number=number,
        reason=f"rules explained for class {call.body['class_id']}",
    ).card_ref


def _refused(message: str) -> ValidationFailed:
    return ValidationFailed(errors=[FieldError("/card_number", message)])


def _shown(call: Call, explanation: Explanation) -> Answer:
    return json_answer(
        200,
        {
            "version": explanation.judge.rules.version,
            "at": write_instant(explanation.judge.at),
            "refused_by": explanation.refused_by,
            "checks": [
                _check_document(check, exact=sees_all(call)) for check in explanation.checks
            ],
        },
    )


def _check_document(check: Check, *, exact: bool) -> dict[str, Any]:
    refusal = check.refusal
    return {
        "rule": check.rule,
        "holds": refusal is None,
        "code": None if refusal is None else refusal.code,
        "detail": None if refusal is None else refusal.detail,
        "compared": _plain(check.compared if exact else for_the_public(check)),
    }


def _plain(compared: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: write_instant(value) if isinstance(value, datetime) else value
        for name, value in compared.items()
    }
