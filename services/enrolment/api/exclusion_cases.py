"""Cases about holders who were found on a list, as operators and auditors read them."""

from __future__ import annotations

from functools import partial

from flask import Response

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.written_rows import EVERY_FORM, answer_with_rows
from services.enrolment.api.answers import show
from services.enrolment.api.exclusion_case_documents import (
    AffectedHolders,
    CasesQuery,
    ShownCase,
    ShownCases,
)
from services.enrolment.queries.exclusion_cases import (
    AFFECTED_COLUMNS,
    affected_by,
    list_cases,
    show_case,
)
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.exclusion.read_exclusions import record_affected_read
from services.enrolment.use_cases.shared.actor import called_by
from vocabulary.roles import AUDITOR, OPERATOR

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
            stores=service.stores,
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownCase)
def get_case(call: Call, service: EnrolmentService) -> Answer:
    """Show one case."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_case(connection, call.path["case_id"], now=now, stores=service.stores)
    return show(document)


@endpoints.get(
    "/exclusion-lists/<id:list_id>/affected",
    allow=(OPERATOR, AUDITOR),
    media_types=EVERY_FORM,
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
