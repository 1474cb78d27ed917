"""Applications: made and withdrawn by those who assist, looked up by whoever has the id."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import random_reference
from chassis.problems import NotFound
from services.enrolment.api.answers import show
from services.enrolment.api.application_documents import (
    ApplicationLookup,
    ApplicationRequest,
    MadeApplication,
    ShownApplication,
    WithdrawalRequest,
    WithdrawnApplication,
)
from services.enrolment.api.candidates import candidate_of
from services.enrolment.queries.draws import show_application
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.draw.make_application import MakeApplication, make_application
from services.enrolment.use_cases.draw.withdraw_application import (
    WithdrawApplication,
    withdraw_application,
)
from vocabulary.refusals.admission import WaveClosed
from vocabulary.refusals.draw import AlreadyApplied, ApplicationEnded, WaveFirstCome
from vocabulary.roles import OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/waves/<id:wave_id>/applications",
    allow=(OFFICER, OPERATOR),
    body=ApplicationRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=MadeApplication,
    refuses=(WaveFirstCome, WaveClosed, AlreadyApplied),
)
def post_application(call: Call, service: EnrolmentService) -> Answer:
    """Apply for a person who wants a card, in a wave that draws; officers for people of their own region.

    The answer has a random id: give it to the person, who finds out by it what became of the application. Whether the
    person may hold a card is judged when its turn comes, by the same rules as everywhere. What is sent here is kept
    sealed until then, and destroyed after.
    """
    command = MakeApplication(
        application_id=random_reference(),
        wave_id=call.path["wave_id"],
        candidate=candidate_of(call.body, takes_test_numbers=service.takes_test_numbers),
        caller=call.caller,
        request_id=call.request_id,
    )

    def make(connection: sa.Connection) -> Answer:
        made = make_application(connection, command, stores=service.stores)
        document = {
            "id": made.result.application_id,
            "wave_id": made.result.wave_id,
            "state": made.result.state.value,
            "applied_at": write_instant(made.result.applied_at),
            "position": made.position,
        }
        return json_answer(201, document)

    return service.transactions.answer(call.key, make, seconds=call.seconds_left)


@endpoints.post(
    "/applications/lookup",
    body=ApplicationLookup,
    key=KeyUse.NONE,
    shows=ShownApplication,
    refuses=(NotFound,),
)
def look_up_application(call: Call, service: EnrolmentService) -> Answer:
    """Tell whoever has the id of an application what became of it.

    The id goes in the body, so that no address that others write down leads from a person to it.
    """
    with service.database.reading() as connection:
        document = show_application(connection, call.body["application_id"])
    return show(document)


@endpoints.post(
    "/applications/<id:application_id>/withdrawal",
    allow=(OFFICER, OPERATOR),
    body=WithdrawalRequest,
    shows=WithdrawnApplication,
    refuses=(WaveClosed, ApplicationEnded),
)
def post_withdrawal(call: Call, service: EnrolmentService) -> Answer:
    """Withdraw an application while the window is open; officers those of people of their own region.

    What it held of the person is destroyed at once. The person may apply again.
    """
    command = WithdrawApplication(
        application_id=call.path["application_id"],
        reason=call.body["reason"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def withdraw(connection: sa.Connection) -> Answer:
        done = withdraw_application(connection, command, stores=service.stores)
        document = {
            "id": done.result.application_id,
            "state": done.result.state.value,
            "position": done.position,
        }
        return json_answer(200, document)

    return service.transactions.answer(call.key, withdraw, seconds=call.seconds_left)
