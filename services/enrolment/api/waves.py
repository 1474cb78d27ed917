"""Waves and admissions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import Problem
from services.enrolment.api.admission_documents import ROW_REFUSALS, Admissions, AdmissionsRequest
from services.enrolment.api.answers import refused_row, show
from services.enrolment.api.candidates import read_candidate
from services.enrolment.api.wave_documents import Wave as ShownWave
from services.enrolment.api.wave_documents import WaveRequest, Waves, WavesQuery
from services.enrolment.domain.draw.draw import AwaitedValue
from services.enrolment.domain.programme.award import Award
from services.enrolment.domain.programme.wave import Selection, Wave
from services.enrolment.queries.waves import list_waves, show_wave, wave_document
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    Judged,
    admit_candidates,
)
from services.enrolment.use_cases.programme.open_wave import open_wave
from vocabulary.refusals.admission import QuotaFull, WaveClosed
from vocabulary.refusals.draw import DrawAnnouncedTooLate, WaveDraws
from vocabulary.refusals.exclusion import Excluded
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.get("/waves", query=WavesQuery, shows=Waves)
def get_waves(call: Call, service: EnrolmentService) -> Answer:
    """List waves."""
    with service.database.reading() as connection:
        return json_answer(200, list_waves(connection, call.query["page"]))


@endpoints.get("/waves/<id:wave_id>", shows=ShownWave)
def get_wave(call: Call, service: EnrolmentService) -> Answer:
    """Show one wave."""
    with service.database.reading() as connection:
        document = show_wave(connection, call.path["wave_id"])
    return show(document)


@endpoints.post(
    "/waves",
    allow=(OPERATOR,),
    body=WaveRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=ShownWave,
    sends=("Location",),
    refuses=(DrawAnnouncedTooLate,),
)
def post_wave(call: Call, service: EnrolmentService) -> Answer:
    """Open a wave.

    Where it draws, the answer has the hash of a secret that the order will hang on, together with a random value of
    somebody else's: say in `outside_source` and `outside_after` which one. That has to be published before the window
    opens.
    """
    body = call.body
    wave = Wave(
        new_id(),
        body["name"],
        body["opens_at"],
        body["closes_at"],
        selection=Selection(body["selection"]),
    )

    draws = wave.selection is Selection.DRAW
    awaited = AwaitedValue(body["outside_source"], body["outside_after"]) if draws else None

    def add(connection: sa.Connection) -> Answer:
        draw = open_wave(
            connection,
            wave,
            awaited=awaited,
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        location = {"Location": f"/api/v1/waves/{wave.wave_id}"}
        return json_answer(201, wave_document(wave, draw, admitted=0), location)

    return service.transactions.answer(call.key, add, seconds=call.seconds_left)


@endpoints.post(
    "/waves/<id:wave_id>/admissions",
    allow=(OPERATOR,),
    body=AdmissionsRequest,
    key=KeyUse.REQUIRED,
    shows=Admissions,
    refuses=(WaveClosed, WaveDraws),
    refuses_rows=ROW_REFUSALS,
)
def post_admissions(call: Call, service: EnrolmentService) -> Answer:
    """Admit candidates to a wave, each by itself.

    A row that is refused does not stand in the way of the others: the answer is 200 and names both. What was admitted
    has an `admission_id`, by which it can be undone within a day. The NIK, the family card and the name are kept sealed
    and stand in no journal.
    """
    command = AdmitCandidates(
        admission_id=new_id(),
        wave_id=call.path["wave_id"],
        rows=[
            read_candidate(row, takes_test_numbers=service.takes_test_numbers)
            for row in call.body["candidates"]
        ],
        caller=call.caller,
        request_id=call.request_id,
    )

    def admit(connection: sa.Connection) -> Answer:
        judged = admit_candidates(connection, command, stores=service.stores)
        return _admissions(command.admission_id, judged)

    return service.transactions.answer(call.key, admit, seconds=call.seconds_left)


def _admissions(admission_id: str, judged: Judged) -> Answer:
    admitted: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for index, outcome in enumerate(judged.outcomes):
        if isinstance(outcome, Award):
            admitted.append({"index": index, "card_number": outcome.nomination.card_number})
        else:
            refused.append({"index": index, **_refusal(outcome, pointer=f"/candidates/{index}")})
    document = {
        "admission_id": admission_id if admitted else None,
        "rule_version": judged.rule_version,
        "admitted": admitted,
        "refused": refused,
    }
    return json_answer(200, document)


def _refusal(refusal: Problem, *, pointer: str) -> dict[str, Any]:
    row = refused_row(refusal, pointer=pointer)
    if isinstance(refusal, QuotaFull | Excluded):
        row |= refusal.facts
    return row
