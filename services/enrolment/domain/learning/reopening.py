"""The waiting time after a training that was not completed, and how the operator ends it earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chassis.problems import StateConflict
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState


def open_again(enrolment: Enrolment, *, now: datetime) -> Enrolment:
    """Open the next purchase after a training that was not completed, whatever the rules let the card wait.

    Raises `StateConflict` where no waiting time runs: the rules have none, it is over, or the training ended otherwise.
    """
    opens = enrolment.open_again_at
    if enrolment.state not in _WAITS or opens is None or opens <= now:
        raise StateConflict(
            "No waiting time runs because of this enrolment: it keeps nobody from buying the next class.",
            facts={"state": enrolment.state.value},
        )
    return replace(enrolment, open_again_at=now)


_WAITS = (EnrolmentState.INCOMPLETE, EnrolmentState.NO_SHOW)
