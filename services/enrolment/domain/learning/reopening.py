"""The waiting time after a training that was not completed, and how the operator ends it earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chassis.problems import StateConflict
from services.enrolment.domain.seats.enrolment import Enrolment


def open_again(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """End the waiting time of an enrolment. Raises `StateConflict` where none runs."""
    opens = enrolment.open_again_at
    if opens is None or opens <= now:
        raise StateConflict(
            "No waiting time runs because of this enrolment.",
            facts={"state": enrolment.state.value},
        )
    return replace(enrolment, open_again_at=now)
