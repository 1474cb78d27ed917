"""What enrolment knows of a class: its seats this moment, and who is in it."""

from __future__ import annotations

from typing import Any

from flask import Response

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints
from chassis.fields import QueryWhole, Strict
from chassis.idempotency import Answer, json_answer
from chassis.problems import FieldError, ValidationFailed
from chassis.request_content import JSON
from chassis.written_rows import CSV, answer_with_rows
from services.enrolment.api.answers import show
from services.enrolment.api.class_documents import Availability, Roster, RosterQuery
from services.enrolment.queries.availability import show_availability
from services.enrolment.queries.seats_feed import seats_since
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.seats.read_roster import (
    ReadRoster,
    RosterLine,
    open_names,
    record_reading,
)
from services.enrolment.use_cases.shared.catalogue_lag import may_be_to_come
from vocabulary.refusals.seats import CatalogueLagging
from vocabulary.roles import OPERATOR, PROVIDER, SYSTEM

endpoints: Endpoints[EnrolmentService] = Endpoints()
MOST_ENTRIES = 5_000
OWN_CLASS = "own class"
"""Why a provider reads a roster: it has to know who comes to its class."""

_ROSTER_COLUMNS = ("enrolment_id", "name", "status", "enrolled_at", "attended")


@endpoints.get(
    "/api/v1/classes/<id:class_id>/availability", shows=Availability, refuses=(CatalogueLagging,)
)
def get_availability(call: Call, service: EnrolmentService) -> Answer:
    """Tell a class's seats exactly."""
    with service.database.reading() as connection:
        class_id = call.path["class_id"]
        document = show_availability(connection, class_id)
        if document is None and may_be_to_come(connection, [class_id], stores=service.stores):
            raise CatalogueLagging
    return show(document, {"Cache-Control": "no-store"})


@endpoints.get(
    "/api/v1/classes/<id:class_id>/roster",
    allow=(PROVIDER, OPERATOR),
    query=RosterQuery,
    media_types=(JSON, CSV),
    shows=Roster,
)
def get_roster(call: Call, service: EnrolmentService) -> Answer | Response:
    """List the people enrolled in a class, as JSON or CSV; the reading is recorded.

    A provider reads the rosters of its own classes. An operator says why in `reason`, which is kept in the journal.
    """
    command = ReadRoster(
        class_id=call.path["class_id"],
        reason=_reason(call),
        caller=call.caller,
        request_id=call.request_id,
    )
    recorded = service.transactions.run(
        lambda connection: record_reading(connection, command, stores=service.stores),
        repeatable=True,
    )
    rows = [_row(line) for line in open_names(recorded, stores=service.stores)]
    if call.media_type == CSV:
        return answer_with_rows([rows], _ROSTER_COLUMNS, CSV)
    return json_answer(200, {"class_id": command.class_id, "items": rows, "next_cursor": None})


def _reason(call: Call) -> str:
    """Return why names are read. Raises `ValidationFailed` where whoever has to does not say."""
    given: str | None = call.query["reason"]
    if given is None and call.caller.role != PROVIDER:
        raise ValidationFailed(
            errors=[FieldError("/reason", "Say why you read these names; it is recorded.")]
        )
    return given or OWN_CLASS


def _row(line: RosterLine) -> dict[str, Any]:
    return {
        "enrolment_id": line.enrolment_id,
        "name": line.name,
        "status": line.status,
        "enrolled_at": write_instant(line.enrolled_at),
        "attended": line.attended,
    }


class SeatsQuery(Strict):
    """Where to go on, and how many of the journal's entries to look at."""

    after = QueryWhole(load_default=0)
    limit = QueryWhole(least=1, most=MOST_ENTRIES, load_default=MOST_ENTRIES)


@endpoints.get("/internal/seats", allow=(SYSTEM,), query=SeatsQuery)
def get_seats(call: Call, service: EnrolmentService) -> Answer:
    """Tell the catalogue which classes' seats changed, as absolute numbers."""
    with service.database.reading() as connection:
        document = seats_since(
            connection,
            after=call.query["after"],
            window=call.query["limit"],
            stores=service.stores,
        )
    return json_answer(200, document)
