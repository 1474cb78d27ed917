"""A bound on finding cards by number: whoever names a card may be guessing."""

from __future__ import annotations

from http import HTTPStatus

from chassis.calls import Call
from chassis.problems import Problem, TooManyRequests
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.look_up_card import record_refused


def refuse_too_many(call: Call, service: EnrolmentService) -> None:
    """Refuse who has named too many cards; counted for each credential, in each process by itself."""
    seconds = service.lookups.wait(call.caller.subject, now=service.clock())
    if seconds:
        raise TooManyRequests(
            "Too many cards were looked up. Wait as long as Retry-After says.",
            retry_after=seconds,
        )


def record_one(
    call: Call, refusal: Problem, service: EnrolmentService, *, what: str, nik: str | None = None
) -> None:
    """Count and record that something was refused for which a card was named: by its number, or by its holder's NIK."""
    count_one(call, service)
    number = call.body.get("card_number")
    is_named = number is not None or nik is not None
    if is_named and refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        service.transactions.run(
            lambda connection: record_refused(
                connection,
                refusal,
                card_number=number,
                nik=nik,
                what=what,
                caller=call.caller,
                request_id=call.request_id,
                stores=service.stores,
            ),
            repeatable=True,
        )


def count_one(call: Call, service: EnrolmentService) -> None:
    """Count a card that was named."""
    service.lookups.count(call.caller.subject, now=service.clock())
