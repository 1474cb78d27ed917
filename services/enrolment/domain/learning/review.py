"""The review: after a completed training its holder says once how it was, and may buy the next class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chassis.problems import StateConflict
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from vocabulary.refusals.learning import AlreadyReviewed

WORST, BEST = 1, 5
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Review:
    """What a holder says of a training. The text may hold anything about anybody: it is never printed."""

    enrolment_id: str
    rating: int
    text: str | None = field(repr=False)


def review(enrolment: Enrolment) -> Enrolment:
    """Return a completed enrolment as reviewed. Raises `AlreadyReviewed`, `StateConflict` where it is not completed."""
    if enrolment.reviewed:
        raise AlreadyReviewed
    if enrolment.state is not EnrolmentState.COMPLETED:
        raise StateConflict(
            "Only a completed training can be reviewed.", facts={"state": enrolment.state.value}
        )
    return replace(enrolment, reviewed=True, holder_due_at=None)
