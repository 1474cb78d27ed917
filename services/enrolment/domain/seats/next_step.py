"""Who must act next on an enrolment, and by when: the answer to "why does nothing happen?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrolment.domain.programme.clock import end_of_day
from services.enrolment.domain.seats.enrolment import HOLDS_A_SEAT, EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.rule_set import RuleSet
from vocabulary.zones import zone


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done, by whom, by when (None: at once)."""

    action: str
    actor: str
    due_at: datetime | None


def next_step(
    state: EnrolmentState, training_class: TrainingClass, rules: RuleSet
) -> NextStep | None:
    """Return the next step of an enrolment; None where it has ended."""
    if state in HOLDS_A_SEAT and training_class.is_cancelled:
        return NextStep("cancellation", "system", None)
    if state is EnrolmentState.CONFIRMED:
        return NextStep("redemption", "holder", training_class.starts_at)
    if state is EnrolmentState.ACTIVE:
        due_at = end_of_day(training_class.ends_at + rules.result_due, zone(training_class.zone))
        return NextStep("result", "provider", due_at)
    return None
