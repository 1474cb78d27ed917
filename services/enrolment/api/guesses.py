"""A bound on finding cards by number: whoever names a card may be guessing."""

from __future__ import annotations

from chassis.endpoints import Call
from chassis.problems import TooManyRequests
from services.enrolment.service import EnrolmentService


def refuse_too_many(call: Call, service: EnrolmentService) -> None:
    """Refuse who has named too many cards; counted for each credential, in each process by itself."""
    seconds = service.lookups.wait(call.caller.subject, now=service.clock())
    if seconds:
        raise TooManyRequests(
            "Too many cards were looked up. Wait as long as Retry-After says.",
            retry_after=seconds,
        )


def count_one(call: Call, service: EnrolmentService) -> None:
    """Count a card that was named."""
    service.lookups.count(call.caller.subject, now=service.clock())
