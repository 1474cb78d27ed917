"""Pauses: seen by everybody, begun and ended by operators."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.contract import Shown
from chassis.endpoints import Endpoints
from chassis.fields import InstantField, OneOf, Parsed, Reference, Strict, Text, says
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from services.enrolment.api.fields import ReasonGiven, why
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.begin_pause import begin_pause
from services.enrolment.use_cases.programme.end_pause import end_pause
from vocabulary.forms import REGION
from vocabulary.refusals.admission import PausedAlready
from vocabulary.regions import region_code
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class PauseRequest(Strict):
    """What to pause, where, and what to tell people."""

    what = OneOf(tuple(Paused), required=True)
    region = Parsed(
        region_code,
        form=REGION,
        load_default=None,
        allow_none=True,
        metadata=says("Whose people it is for: a province or a regency; null for everybody."),
    )
    message = why(required=True)


class ShownPause(Shown):
    """A pause in force."""

    id = Reference()
    what = OneOf(tuple(Paused))
    region = Parsed(region_code, form=REGION, allow_none=True)
    message = Text(most=500, lines=True, metadata=says("What people are told."))
    began_at = InstantField()


class ShownPauses(Shown):
    """Every pause in force; there is at most one of each kind for a place."""

    items = ma.fields.List(ma.fields.Nested(ShownPause))


@endpoints.get("/pauses", shows=ShownPauses)
def get_pauses(_: Call, service: EnrolmentService) -> Answer:
    """List what is paused now, and why."""
    with service.database.reading() as connection:
        pauses = service.stores.pauses.in_force(connection)
    return json_answer(200, {"items": [_document(pause) for pause in pauses]})


@endpoints.post(
    "/pauses",
    allow=(OPERATOR,),
    body=PauseRequest,
    status=201,
    shows=ShownPause,
    refuses=(PausedAlready,),
)
def post_pause(call: Call, service: EnrolmentService) -> Answer:
    """Pause admissions or enrolments, everywhere or for the people of a region.

    Whoever asks meanwhile is refused with the message (`admissions-paused`, `enrolments-paused`). Enrolments that are
    being settled this moment may still come through. What people have stays theirs: reading, cancelling and redeeming
    go on. While enrolments are paused no card's time runs out there (`deadline` is null), and it gets those days again.
    """
    pause_id = new_id()

    def begin(connection: sa.Connection) -> Answer:
        pause = begin_pause(
            connection,
            pause_id=pause_id,
            what=Paused(call.body["what"]),
            region=call.body["region"],
            message=call.body["message"],
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        return json_answer(201, _document(pause))

    return service.transactions.answer(call.key, begin, seconds=call.seconds_left)


@endpoints.post("/pauses/<id:pause_id>/end", allow=(OPERATOR,), body=ReasonGiven, shows=ShownPause)
def post_pause_end(call: Call, service: EnrolmentService) -> Answer:
    """End a pause, for a reason; the answer shows it as it was."""

    def end(connection: sa.Connection) -> Answer:
        pause = end_pause(
            connection,
            call.path["pause_id"],
            reason=call.body["reason"],
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        return json_answer(200, _document(pause))

    return service.transactions.answer(call.key, end, seconds=call.seconds_left)


def _document(pause: Pause) -> dict[str, Any]:
    return {
        "id": pause.pause_id,
        "what": pause.what.value,
        "region": pause.region,
        "message": pause.message,
        "began_at": write_instant(pause.began_at),
    }
