"""Draws: the outside value is entered, and everybody reads the list and the order."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer
from chassis.written_rows import EVERY_FORM, answer_with_rows
from services.enrolment.api.answers import show
from services.enrolment.api.draw_documents import (
    DrawnApplications,
    ListedApplications,
    OutsideValueRequest,
)
from services.enrolment.api.wave_documents import Wave
from services.enrolment.domain.draw.draw import Draw, DrawState
from services.enrolment.queries.draws import listed_rows, result_rows
from services.enrolment.queries.waves import show_wave
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.draw.enter_outside_value import (
    EnterOutsideValue,
    enter_outside_value,
)
from services.enrolment.use_cases.shared.held_draw import find_draw
from vocabulary.refusals.draw import (
    DrawTooEarly,
    OutsideValueFixed,
    OutsideValueTooOld,
    WaveFirstCome,
)
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_DRAW = "/waves/<id:wave_id>/draw"


@endpoints.post(
    f"{_DRAW}/outside-value",
    allow=(OPERATOR,),
    body=OutsideValueRequest,
    shows=Wave,
    refuses=(WaveFirstCome, DrawTooEarly, OutsideValueFixed, OutsideValueTooOld),
)
def post_outside_value(call: Call, service: EnrolmentService) -> Answer:
    """Enter the outside value of a draw, once and for all, as the announced source published it.

    It has to be younger than the list of applications. From now on the order is certain: it is worked out and
    published, then the secret, and people are admitted in that order.
    """
    command = EnterOutsideValue(
        wave_id=call.path["wave_id"],
        value=call.body["value"],
        source=call.body["source"],
        published_at=call.body["published_at"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def enter(connection: sa.Connection) -> Answer:
        enter_outside_value(connection, command, stores=service.stores)
        return show(show_wave(connection, command.wave_id))

    return service.transactions.answer(call.key, enter, seconds=call.seconds_left)


@endpoints.get(
    f"{_DRAW}/applications",
    media_types=EVERY_FORM,
    shows=ListedApplications,
    refuses=(WaveFirstCome, DrawTooEarly),
)
def get_listed(call: Call, service: EnrolmentService) -> Response:
    """List the applications that take part in a draw, in the order of their ids.

    It is there once the window has closed, and the root that the wave shows is over exactly this list. As JSON, as JSON
    Lines or as CSV; all stream.
    """
    draw = _draw_that(call, service, reached=DrawState.LISTED)
    rows = listed_rows(draw.wave_id, stores=service.stores)
    return answer_with_rows(rows, ("application_id",), call.media_type)


@endpoints.get(
    f"{_DRAW}/results",
    media_types=EVERY_FORM,
    shows=DrawnApplications,
    refuses=(WaveFirstCome, DrawTooEarly),
)
def get_results(call: Call, service: EnrolmentService) -> Response:
    """List the applications in the drawn order, with what became of each so far.

    Why somebody was refused is told to whoever has the receipt, and to nobody here.

    As JSON, as JSON Lines or as CSV; all stream.
    """
    draw = _draw_that(call, service, reached=DrawState.ORDERED)
    rows = result_rows(draw, stores=service.stores)
    return answer_with_rows(rows, ("place", "application_id", "state"), call.media_type)


def _draw_that(call: Call, service: EnrolmentService, *, reached: DrawState) -> Draw:
    """Return the draw of a wave, which is so far already."""
    with service.database.reading() as connection:
        draw = find_draw(connection, call.path["wave_id"], stores=service.stores)
    draw.check_reached(reached)
    return draw
