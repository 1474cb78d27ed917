"""What enrolment knows of a class: its seats this moment, and who is in it."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response

from chassis.csv_cells import safe_cell
from chassis.endpoints import JSON, Call, Endpoints
from chassis.fields import QueryWhole, Strict
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound
from services.enrolment.queries.seats import seats_since, show_availability
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.seats.read_roster import ReadRoster, read_roster
from vocabulary.roles import OPERATOR, PROVIDER, SYSTEM

endpoints: Endpoints[EnrolmentService] = Endpoints()
CSV = "text/csv"
MOST_ENTRIES = 5_000
_ROSTER_COLUMNS = ("enrolment_id", "name", "status", "enrolled_at")


@endpoints.get("/api/v1/classes/<id:class_id>/availability")
def get_availability(call: Call, service: EnrolmentService) -> Answer:
    """Tell a class's seats exactly."""
    with service.database.reading() as connection:
        document = show_availability(connection, call.path["class_id"])
    if document is None:
        raise NotFound
    return json_answer(200, document, {"Cache-Control": "no-store"})


@endpoints.get(
    "/api/v1/classes/<id:class_id>/roster", allow=(PROVIDER, OPERATOR), media_types=(JSON, CSV)
)
def get_roster(call: Call, service: EnrolmentService) -> Answer | Response:
    """List the people enrolled in a class, as JSON or CSV; the reading is recorded."""
    command = ReadRoster(call.path["class_id"], call.caller, call.request_id)
    rows = service.transactions.run(
        lambda connection: read_roster(connection, command, stores=service.stores),
        repeatable=True,
    )
    if call.media_type == CSV:
        return Response(_csv(rows), content_type="text/csv; charset=utf-8")
    return json_answer(200, {"class_id": command.class_id, "items": rows, "next_cursor": None})


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_ROSTER_COLUMNS)
    writer.writerows([safe_cell(row[name]) for name in _ROSTER_COLUMNS] for row in rows)
    return text.getvalue()


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
