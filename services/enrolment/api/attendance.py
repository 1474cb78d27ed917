"""Attendance: evidence comes in, and whom it is about can read it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import load
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound, Problem, StateConflict, ValidationFailed
from services.enrolment.api.answers import refused_row, show
from services.enrolment.api.learning_documents import (
    EVIDENCE_REFUSALS,
    EnrolmentAttendance,
    RecordedAttendance,
)
from services.enrolment.api.learning_schemas import AttendanceRequest, EvidenceItem
from services.enrolment.domain.learning.evidence import Evidence, MakeUp, Source
from services.enrolment.domain.learning.recording import Repeated
from services.enrolment.domain.reach import reach_to_read
from services.enrolment.queries.attendance import show_attendance
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.learning.record_attendance import (
    Outcome,
    RecordAttendance,
    record_attendance,
)
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.refusals.learning import EvidenceConflict
from vocabulary.roles import AUDITOR, HOLDER, OPERATOR, PROVIDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_ITEM = EvidenceItem()


@endpoints.post(
    "/attendance",
    allow=(PROVIDER, OPERATOR),
    body=AttendanceRequest,
    shows=RecordedAttendance,
    refuses_rows=(NotFound, StateConflict, *EVIDENCE_REFUSALS),
)
def post_attendance(call: Call, service: EnrolmentService) -> Answer:
    """Record who came to which meeting, each item by itself.

    A provider records it for its own classes, an operator for any, with a reason. What was sent before changes nothing
    (`duplicates`), so that a device without signal may send late, and again. Nothing is edited: a correction is
    evidence of its own. What comes after the result is kept and changes nothing (`counts` is false).
    """
    items = [read_item(item) for item in call.body["items"]]
    command = RecordAttendance(items, call.caller, call.request_id)

    def record(connection: sa.Connection) -> Answer:
        outcomes = record_attendance(connection, command, stores=service.stores)
        return _recorded(items, outcomes)

    try:
        return service.transactions.answer(call.key, record, seconds=call.seconds_left)
    except sa.exc.IntegrityError:
        # Another provider kept evidence under one of these ids at the same moment: now it is known, and a conflict.
        return service.transactions.answer(call.key, record, seconds=call.seconds_left)


@endpoints.get(
    "/enrolments/<id:enrolment_id>/attendance",
    allow=(HOLDER, PROVIDER, OPERATOR, AUDITOR),
    shows=EnrolmentAttendance,
)
def get_attendance(call: Call, service: EnrolmentService) -> Answer:
    """Tell what was recorded of an enrolment, and what it comes to, meeting by meeting."""
    with service.database.reading() as connection:
        document = show_attendance(
            connection,
            call.path["enrolment_id"],
            reach=reach_to_read(call.caller),
            stores=service.stores,
        )
    return show(document)


def read_item(item: object) -> Evidence | Problem:
    """Read evidence, or return the refusal that its form earns."""
    try:
        fields = load(_ITEM, item)
    except ValidationFailed as refusal:
        return refusal
    make_up = fields.pop("make_up")
    return Evidence(
        **{**fields, "source": Source(fields["source"])},
        make_up=None if make_up is None else MakeUp(**make_up),
    )


def _recorded(items: list[Evidence | Problem], outcomes: list[Outcome]) -> Answer:
    told: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("accepted", "duplicates", "conflicts", "refused")
    }
    for index, (item, outcome) in enumerate(zip(items, outcomes, strict=True)):
        named = {"evidence_id": item.evidence_id} if isinstance(item, Evidence) else {}
        if isinstance(outcome, Recorded):
            kept = {"position": outcome.position, "counts": outcome.result.counts}
            told["accepted"].append({"index": index, **named, **kept})
        elif isinstance(outcome, Repeated):
            told["duplicates"].append({"index": index, **named})
        else:
            which = "conflicts" if isinstance(outcome, EvidenceConflict) else "refused"
            row = refused_row(outcome, pointer=f"/items/{index}")
            told[which].append({"index": index, **named, **row})
    return json_answer(200, told)
