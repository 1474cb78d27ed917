"""Enrolments: taken, read, cancelled, redeemed."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import IdempotencyKeyMissing, StateConflict
from services.enrolment.api.answers import show
from services.enrolment.api.enrolment_documents import (
    BegunEnrolment,
    CancelledEnrolment,
    EnrolmentRequest,
    Enrolments,
    EnrolmentsQuery,
    NewEnrolment,
    RedemptionRequest,
    Timeline,
)
from services.enrolment.api.enrolment_documents import Enrolment as ShownEnrolment
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.api.for_a_card import for_a_card
from services.enrolment.domain.reach import reach_to_act, reach_to_read
from services.enrolment.domain.seats.cancellation import Cancelled
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.domain.seats.waiting_list import Changed
from services.enrolment.queries.enrolments import is_visible, list_enrolments, show_enrolment
from services.enrolment.queries.timeline import show_timeline
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.learning.redeem_enrolment import RedeemEnrolment, redeem_enrolment
from services.enrolment.use_cases.seats.cancel_enrolment import CancelEnrolment, cancel_enrolment
from services.enrolment.use_cases.seats.leave_waiting_list import (
    LeaveWaitingList,
    is_place,
    leave_waiting_list,
)
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.refusals.cards import CardNotFound, CardNotUsable
from vocabulary.refusals.catalogue import ProviderSuspended
from vocabulary.refusals.learning import RedeemCodeWrong
from vocabulary.refusals.seats import (
    AlreadyEnrolled,
    AlreadyWaiting,
    CancellationClosed,
    CatalogueLagging,
    ClassFull,
    ClassNotFound,
    EnrolmentInProgress,
    EnrolmentsPaused,
    InsufficientBalance,
    ModeNotInScheme,
    PriceChanged,
    RegistrationClosed,
    ReviewOwed,
    ScheduleConflict,
    TooManyWaitingLists,
    WaitingTimeRuns,
)
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
READERS = (HOLDER, PROVIDER, OPERATOR, AUDITOR)
BY_THE_RULES = (
    AlreadyEnrolled,
    EnrolmentInProgress,
    EnrolmentsPaused,
    CardNotUsable,
    ReviewOwed,
    WaitingTimeRuns,
    RegistrationClosed,
    ProviderSuspended,
    ModeNotInScheme,
    PriceChanged,
    ScheduleConflict,
    InsufficientBalance,
)
"""What the rules refuse to whoever wants a seat, taken at once or offered from the waiting list."""


@endpoints.post(
    "/enrolments",
    allow=(HOLDER, OFFICER, OPERATOR),
    body=EnrolmentRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=NewEnrolment,
    sends=("Location",),
    refuses=(
        ClassNotFound,
        CatalogueLagging,
        CardNotFound,
        *BY_THE_RULES,
        ClassFull,
        AlreadyWaiting,
        TooManyWaitingLists,
    ),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
    bounded_for=(OFFICER, OPERATOR),
)
def post_enrolment(call: Call, service: EnrolmentService) -> Answer:
    """Take a seat in a class for a card.

    A holder enrols the own card; an officer or operator names the card of the person who is assisted by `card_number`
    (what is refused then counts as a look-up, since it told of a card), and says by `consent` that the person agreed.
    Under the same Idempotency-Key the answer comes again byte for byte, and nothing happens twice. A refusal keeps
    nothing: the same key may be tried again.

    Where no seat is free, `waitlist` takes the last place in the class's waiting list instead: `status` is `waitlisted`
    then, and `place_in_line` tells how many stand there. Who waits holds no seat, pays nothing, and may enrol elsewhere
    meanwhile. What the card may buy is judged once a seat is offered and accepted.
    """

    def enrol(card_ref: str) -> Answer:
        command = EnrolCommand(
            enrolment_id=new_id(),
            movement_id=new_id(),
            card_ref=card_ref,
            class_id=call.body["class_id"],
            expected_price=call.body["expected_price"],
            actor=call.caller.subject,
            role=call.caller.role,
            request_id=call.request_id,
            consent=call.body.get("consent", False),
            waits=call.body["waitlist"],
        )
        return submit(command, call, service)

    return for_a_card(call, service, enrol, what="Enrolment")


def submit(command: EnrolCommand, call: Call, service: EnrolmentService) -> Answer:
    """Let a command be settled with all others that wait, and return its answer."""
    if call.key is None:
        raise IdempotencyKeyMissing
    return service.enrolments.submit(command, key=call.key, seconds=call.seconds_left)


@endpoints.get("/enrolments", allow=READERS, query=EnrolmentsQuery, shows=Enrolments)
def get_enrolments(call: Call, service: EnrolmentService) -> Answer:
    """List the enrolments and places in waiting lists that the caller may see, the newest first.

    Holders see their own, providers those in their classes, operators and auditors all.
    """
    with service.database.reading() as connection:
        document = list_enrolments(
            connection,
            call.query["page"],
            reach=reach_to_read(call.caller),
            filters=call.query,
            code_key=service.code_key,
        )
    return json_answer(200, document)


@endpoints.get("/enrolments/<id:enrolment_id>", allow=READERS, shows=ShownEnrolment)
def get_enrolment(call: Call, service: EnrolmentService) -> Answer:
    """Show one enrolment, or place in a waiting list.

    Where its class was called off, `next_classes` are those of the course that can be joined instead.
    """
    with service.database.reading() as connection:
        document = show_enrolment(
            connection,
            call.path["enrolment_id"],
            reach=reach_to_read(call.caller),
            code_key=service.code_key,
            database=service.database,
        )
    return show(document)


@endpoints.get("/enrolments/<id:enrolment_id>/timeline", allow=READERS, shows=Timeline)
def get_timeline(call: Call, service: EnrolmentService) -> Answer:
    """Tell what happened to an enrolment, and who must act next and by when.

    Nothing is pushed, and the answer has no ETag. Ask when somebody looks, and at once after a write of your own: it is
    in there. Beside that once a minute is enough while somebody waits, once an hour otherwise, and at the instant in
    `next.due_at`, when what is next may change by itself; once `next` is null hardly anything happens any more.
    """
    enrolment_id, reach = call.path["enrolment_id"], reach_to_read(call.caller)
    document = None
    with service.database.reading() as connection:
        if is_visible(connection, enrolment_id, reach=reach):
            document = show_timeline(connection, enrolment_id, stores=service.stores)
    return show(document)


@endpoints.post(
    "/enrolments/<id:enrolment_id>/cancellation",
    allow=(HOLDER, PROVIDER, OPERATOR),
    body=ReasonGiven,
    key=KeyUse.REQUIRED,
    shows=CancelledEnrolment,
    refuses=(CancellationClosed,),
)
def post_cancellation(call: Call, service: EnrolmentService) -> Answer:
    """Give a seat back, or a place in a waiting list, for a reason.

    A holder may before the class starts, and where it was moved since the seat was taken until `free_exit_until`; the
    class's provider and the operator until it has ended. From then on a result ends an enrolment; only where there is
    no evidence at all, so that none can be given, the operator still cancels. The money returns to the card by a
    movement of its own. A place in a waiting list, offered or not, is given up by its holder or the operator at any
    time.
    """
    command = CancelEnrolment(
        enrolment_id=call.path["enrolment_id"],
        movement_id=new_id(),
        reason=call.body["reason"],
        caller=call.caller,
        request_id=call.request_id,
    )

    leave = LeaveWaitingList(
        enrolment_id=command.enrolment_id,
        reach=reach_to_act(call.caller),
        reason=command.reason,
        caller=call.caller,
        request_id=call.request_id,
    )

    def cancel(connection: sa.Connection) -> Answer:
        if is_place(connection, command.enrolment_id, stores=service.stores):
            return left(leave_waiting_list(connection, leave, stores=service.stores))
        return _cancelled(cancel_enrolment(connection, command, stores=service.stores))

    return service.transactions.answer(call.key, cancel, seconds=call.seconds_left)


def left(recorded: Recorded[Changed]) -> Answer:
    """Answer that a place in a waiting list has ended."""
    place = recorded.result.place
    return json_answer(
        200,
        {
            "id": place.enrolment_id,
            "status": place.state.value,
            "refunded": 0,
            "position": recorded.position,
        },
    )


def _cancelled(recorded: Recorded[Cancelled]) -> Answer:
    enrolment = recorded.result.enrolment
    return json_answer(
        200,
        {
            "id": enrolment.enrolment_id,
            "status": enrolment.state.value,
            "refunded": enrolment.price,
            "position": recorded.position,
        },
    )


@endpoints.post(
    "/enrolments/<id:enrolment_id>/redemption",
    allow=(HOLDER, PROVIDER),
    body=RedemptionRequest,
    shows=BegunEnrolment,
    refuses=(RedeemCodeWrong, StateConflict),
)
def post_redemption(call: Call, service: EnrolmentService) -> Answer:
    """Begin the training with the redeem code."""
    command = RedeemEnrolment(
        enrolment_id=call.path["enrolment_id"],
        code=call.body["redeem_code"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def redeem(connection: sa.Connection) -> Answer:
        return _redeemed(
            redeem_enrolment(
                connection,
                command,
                stores=service.stores,
                code_key=service.code_key,
            )
        )

    return service.transactions.answer(call.key, redeem, seconds=call.seconds_left)


def _redeemed(recorded: Recorded[Enrolment]) -> Answer:
    enrolment = recorded.result
    return json_answer(
        200,
        {
            "id": enrolment.enrolment_id,
            "status": enrolment.state.value,
            "position": recorded.position,
        },
    )
