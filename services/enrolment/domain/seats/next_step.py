"""Who must act next on an enrolment, and by when: the answer to "why does nothing happen?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrolment.domain.learning.due import due_of
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_list import Place, PlaceState
from vocabulary.roles import HOLDER, OPERATOR, PROVIDER, SYSTEM
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done, by whom, by when (None: at once, or at any time), and whether that time has passed."""

    action: str
    actor: str
    due_at: datetime | None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an enrolment is: whether there is evidence about it, and whether that says that its holder came."""

    has_evidence: bool = False
    has_come: bool = False


def next_step(
    enrolment: Enrolment,
    training_class: TrainingClass,
    rules: RuleSet,
    *,
    progress: Progress,
    now: datetime,
) -> NextStep | None:
    """Return the next step of an enrolment; None where nobody has to do anything about it any more."""
    if enrolment.is_live:
        if training_class.is_cancelled:
            return NextStep("cancellation", SYSTEM, None)
        due_at = due_of(enrolment, training_class, rules)
        if now < training_class.ends_at:
            return _while_it_runs(enrolment, training_class, due_at, now)
        return _once_it_is_over(enrolment, training_class, progress, due_at, now)
    if enrolment.state is EnrolmentState.COMPLETED and not enrolment.reviewed:
        until = enrolment.holder_due_at
        return NextStep("review", HOLDER, until, until is not None and until <= now)
    return None


def next_step_of_place(place: Place) -> NextStep | None:
    """Return the next step of a place in a waiting list; None once it has ended."""
    if place.state is PlaceState.WAITLISTED:
        return NextStep("offer", SYSTEM, None)
    if place.state is PlaceState.OFFERED:
        return NextStep("acceptance", HOLDER, place.offer_expires_at)
    return None


def _while_it_runs(
    enrolment: Enrolment, training_class: TrainingClass, due_at: datetime, now: datetime
) -> NextStep:
    if enrolment.state is EnrolmentState.CONFIRMED:
        begins = training_class.starts_at
        return NextStep("redemption", HOLDER, begins, begins <= now)
    return NextStep("attendance", PROVIDER, due_at)


def _once_it_is_over(
    enrolment: Enrolment,
    training_class: TrainingClass,
    progress: Progress,
    due_at: datetime,
    now: datetime,
) -> NextStep:
    if due_at <= now:
        return NextStep("result", OPERATOR, due_at, overdue=True)
    if not progress.has_evidence:
        return NextStep("attendance", PROVIDER, due_at)
    if enrolment.state is EnrolmentState.CONFIRMED and progress.has_come:
        return NextStep("redemption", HOLDER, training_class.starts_at, overdue=True)
    return NextStep("result", PROVIDER, due_at)
