"""Applications: made, found and withdrawn by those who assist, looked up by whoever has the id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import random_reference
from chassis.problems import NotFound, TooManyRequests
from services.enrolment.api.answers import show
from services.enrolment.api.application_documents import (
    ApplicationLookup,
    ApplicationRequest,
    LostApplication,
    ShownApplication,
    WaitingApplication,
    WithdrawalRequest,
    WithdrawnApplication,
)
from services.enrolment.api.candidates import candidate_of
from services.enrolment.api.guesses import count_one, record_one, refuse_too_many
from services.enrolment.domain.draw.application import Application
from services.enrolment.domain.draw.receipt import check_receipt, receipt
from services.enrolment.queries.draws import show_application
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.draw.look_up_application import (
    LookUpApplication,
    look_up_application,
)
from services.enrolment.use_cases.draw.make_application import MakeApplication, make_application
from services.enrolment.use_cases.draw.withdraw_application import (
    WithdrawApplication,
    withdraw_application,
)
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.refusals.admission import NikAlreadyHeld, WaveClosed
from vocabulary.refusals.draw import AlreadyApplied, ApplicationEnded, ReceiptWrong, WaveFirstCome
from vocabulary.roles import OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/waves/<id:wave_id>/applications",
    allow=(OFFICER, OPERATOR),
    body=ApplicationRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=WaitingApplication,
    refuses=(WaveFirstCome, WaveClosed, NikAlreadyHeld, AlreadyApplied, TooManyRequests),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_application(call: Call, service: EnrolmentService) -> Answer:
    """Apply for a person who wants a card, in a wave that draws; officers for people of their own region.

    The answer has a random id and a receipt: give both to the person, who finds out by them what became of the
    application, and why. The id is published with the list; the receipt is the person's own. Whether the
    person may hold a card is judged when its turn comes, by the same rules as everywhere; but who holds or held one
    already, or has applied, is refused at once, which counts, and is recorded, as a look-up. What is sent here is kept
    sealed until the turn comes, and destroyed after.
    """
    refuse_too_many(call, service)
    command = MakeApplication(
        application_id=random_reference(),
        wave_id=call.path["wave_id"],
        candidate=candidate_of(call.body, takes_test_numbers=service.takes_test_numbers),
        caller=call.caller,
        request_id=call.request_id,
    )

    def make(connection: sa.Connection) -> Answer:
        made = make_application(connection, command, stores=service.stores)
        return json_answer(201, _waiting(made.result, position=made.position, service=service))

    try:
        return service.transactions.answer(call.key, make, seconds=call.seconds_left)
    except NikAlreadyHeld as refusal:
        record_one(call, refusal, service, what="Application", nik=command.candidate.nik)
        raise
    except AlreadyApplied as refusal:
        count_one(call, service)
        _look_up(
            call, service, nik=command.candidate.nik, reason=f"Application refused: {refusal.code}"
        )
        raise


@endpoints.post(
    "/applications/lookup",
    body=ApplicationLookup,
    key=KeyUse.NONE,
    shows=ShownApplication,
    refuses=(NotFound, ReceiptWrong),
)
def post_lookup(call: Call, service: EnrolmentService) -> Answer:
    """Tell what became of an application; to whoever has its receipt, too, when it was made, and why.

    Both go in the body, so that no address that others write down leads from a person to them.
    """
    application_id, given = call.body["application_id"], call.body.get("receipt")
    if given is not None:
        check_receipt(given, key=service.code_key, application_id=application_id)
    with service.database.reading() as connection:
        document = show_application(connection, application_id, in_full=given is not None)
    return show(document)


@endpoints.post(
    "/waves/<id:wave_id>/applications/lookup",
    allow=(OFFICER, OPERATOR),
    body=LostApplication,
    key=KeyUse.NONE,
    shows=WaitingApplication,
    refuses=(NotFound, WaveFirstCome),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_lookup_by_nik(call: Call, service: EnrolmentService) -> Answer:
    """Find the application of a person who lost its id or receipt; officers those of their own region.

    Every attempt is recorded, and counted with the cards that are looked up. An application that was withdrawn or
    judged is not found: nothing that leads to the person is left in it.
    """
    refuse_too_many(call, service)
    count_one(call, service)
    found = _look_up(call, service, nik=call.body["nik"], reason=call.body["reason"])
    if found.result is None:
        raise NotFound(_NOBODY_WAITS)
    return json_answer(200, _waiting(found.result, position=found.position, service=service))


def _look_up(
    call: Call, service: EnrolmentService, *, nik: str, reason: str
) -> Recorded[Application | None]:
    command = LookUpApplication(
        wave_id=call.path["wave_id"],
        nik=nik,
        reason=reason,
        caller=call.caller,
        request_id=call.request_id,
    )
    return service.transactions.run(
        lambda connection: look_up_application(connection, command, stores=service.stores),
        repeatable=True,
    )


_NOBODY_WAITS = (
    "No application of this person waits in this wave, or it is of another region. Who was withdrawn or judged is not"
    " found any more."
)


def _waiting(
    application: Application, *, position: int, service: EnrolmentService
) -> dict[str, Any]:
    return {
        "id": application.application_id,
        "wave_id": application.wave_id,
        "state": application.state.value,
        "applied_at": write_instant(application.applied_at),
        "receipt": receipt(service.code_key, application.application_id),
        "position": position,
    }


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
