"""Who does something, as the journal has it."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.identity import Principal
from services.enrolment.use_cases.shared.by_worker import ACTOR
from vocabulary.roles import SYSTEM


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the credential says, and in which request."""

    subject: str
    role: str
    request_id: str


def called_by(caller: Principal, request_id: str) -> Actor:
    """Return who makes a call."""
    return Actor(caller.subject, caller.role, request_id)


def done_by_worker(request_id: str) -> Actor:
    """Return who does what nobody called for."""
    return Actor(ACTOR, SYSTEM, request_id)
