"""Cases about holders who were found on a list: decided on by operators, appealed against by holders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
from flask import Response

from chassis.endpoints import Call, Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.journal_export import CSV, JSON_LINES
from chassis.problems import Problem, StateConflict
from chassis.request_content import JSON
from services.enrolment.api.answers import show
from services.enrolment.api.assistance import assisted_card_number
from services.enrolment.api.cards import own_card
from services.enrolment.api.exclusion_case_documents import (
    GRANTED,
    UPHELD,
    AffectedHolders,
    AppealDecision,
    AppealRequest,
    CaseDecision,
    CasesQuery,
    OwnCase,
    ShownAppeal,
    ShownCase,
    ShownCases,
)
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.api.written_rows import answer_with_rows
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.queries.exclusion_cases import (
    AFFECTED_COLUMNS,
    affected_by,
    list_cases,
    show_case,
    show_own_case,
)
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.exclusion.decide_appeal import decide_appeal
from services.enrolment.use_cases.exclusion.decide_case import (
    DecideCase,
    dismiss_case,
    uphold_case,
)
from services.enrolment.use_cases.exclusion.exclusion_entries import called_by
from services.enrolment.use_cases.exclusion.file_appeal import FileAppeal, file_appeal
from services.enrolment.use_cases.exclusion.read_exclusions import (
    record_affected_read,
    record_appeal_read,
)
from vocabulary.refusals.cards import CardNotFound, SamePerson
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_CASES, _BY_ID = "/exclusion-cases", "/exclusion-cases/<id:case_id>"
_FILTERS = ("status", "group", "list_id", "card_ref")


@endpoints.get(_CASES, allow=(OPERATOR, AUDITOR), query=CasesQuery, shows=ShownCases)
def get_cases(call: Call, service: EnrolmentService) -> Answer:
    """List cases about holders who were found on a list, the newest first.

    A case whose time has passed is `overdue`; nothing is decided by that.
    """
    with service.database.reading() as connection:
        document = list_cases(
            connection,
            call.query["page"],
            filters={name: call.query[name] for name in _FILTERS},
            overdue=call.query["overdue"],
            now=service.database.now(connection),
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownCase)
def get_case(call: Call, service: EnrolmentService) -> Answer:
    """Show one case."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_case(connection, call.path["case_id"], now=now)
    return show(document)


@endpoints.get(
    "/exclusion-lists/<id:list_id>/affected",
    allow=(OPERATOR, AUDITOR),
    media_types=(JSON, JSON_LINES, CSV),
    shows=AffectedHolders,
)
def get_affected(call: Call, service: EnrolmentService) -> Response:
    """Tell exactly whom a list hit, by reference; the reading is recorded.

    That is every holder about whom it opened a case. One about whom an earlier list had done so stands in the report
    of that one.
    """
    list_id, actor = call.path["list_id"], called_by(call.caller, call.request_id)
    record = partial(record_affected_read, list_id=list_id, actor=actor, stores=service.stores)
    service.transactions.run(record, repeatable=True)
    chunks = affected_by(service.database, list_id)
    return answer_with_rows(chunks, AFFECTED_COLUMNS, call.media_type)


@endpoints.post(
    f"{_BY_ID}/decision",
    allow=(OPERATOR,),
    body=CaseDecision,
    key=KeyUse.REQUIRED,
    shows=ShownCase,
    refuses=(StateConflict,),
)
def post_decision(call: Call, service: EnrolmentService) -> Answer:
    """Decide on a case.

    Upheld, the card is barred: nothing is bought with it, its clock stands still, and its holder may appeal. When the
    time for that is over, or the appeal was refused, the card is revoked under the case's id
    (`POST /cards/revocation`). Dismissed, also later and until then, the card can be used as before.
    """
    decide = uphold_case if call.body["decision"] == UPHELD else dismiss_case
    return _decided(call, service, partial(decide, command=_command(call), stores=service.stores))


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


@endpoints.post(
    f"{_BY_ID}/appeal-decision",
    allow=(OPERATOR,),
    body=AppealDecision,
    key=KeyUse.REQUIRED,
    shows=ShownCase,
    refuses=(StateConflict, SamePerson),
)
def post_appeal_decision(call: Call, service: EnrolmentService) -> Answer:
    """Decide on an appeal, as another operator than the one who upheld the case.

    Granted, the card can be used again, with as many days as were left. Refused, it can be revoked.
    """
    granted = call.body["decision"] == GRANTED
    decide = partial(decide_appeal, command=_command(call), granted=granted, stores=service.stores)
    return _decided(call, service, decide)


def _command(call: Call) -> DecideCase:
    actor = called_by(call.caller, call.request_id)
    return DecideCase(call.path["case_id"], call.body["reason"], actor)


def _decided(
    call: Call, service: EnrolmentService, decide: Callable[[sa.Connection], ExclusionCase]
) -> Answer:
    def answer(connection: sa.Connection) -> Answer:
        case = decide(connection)
        now = service.database.now(connection)
        return show(show_case(connection, case.case_id, now=now))

    return service.transactions.answer(call.key, answer, seconds=call.seconds_left)
