"""The result of a training: computed from evidence, never stated; and what follows for seat, card and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.clock import write_instant
from chassis.problems import StateConflict
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.attendance import Attendance, outcome_of, tally
from services.enrolment.domain.learning.due import due_of
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.learning.redemption import refuse_called_off
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.money.set_aside import released
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import runs_out
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.next_purchase import between
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.learning import (
    EvidenceMissing,
    NotRedeemed,
    ResultTooLate,
    TrainingNotOver,
)
from vocabulary.rule_set import RuleSet

KIND_OF = {
    EnrolmentState.COMPLETED: EntryKind.ENROLMENT_COMPLETED,
    EnrolmentState.INCOMPLETE: EntryKind.ENROLMENT_INCOMPLETE,
    EnrolmentState.NO_SHOW: EntryKind.ENROLMENT_NO_SHOW,
}
"""The entry that tells of each outcome."""

_ENDED = (
    "This enrolment has ended: nothing more is decided of it. Its timeline tells how, and by whom."
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a training ended: everything as it stands afterwards, and the attendance that it was judged by.

    `movement` returns the money to the State; None where it stays set aside, or the class was free of charge.
    """

    enrolment: Enrolment
    card: Card
    attendance: Attendance
    movement: Movement | None

    @property
    def returned(self) -> int:
        """Return the rupiah that went back to the State."""
        return 0 if self.movement is None else self.movement.amount


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges, when and by which rules; `by_operator` is bound to neither time nor redeem code."""

    by_operator: bool
    now: datetime
    rules: RuleSet


def give_result(
    enrolment: Enrolment,
    evidence: Sequence[Evidence],
    *,
    card: Card,
    training_class: TrainingClass,
    past: Sequence[PastEnrolment],
    movement_id: str,
    judging: Judging,
) -> Result:
    """End a running training by its evidence, in the order of its recording.

    `past` are the card's trainings; with the last one that runs, the clock of the next purchase begins. Raises
    `StateConflict` where it does not run or the class was called off, `TrainingNotOver`, `ResultTooLate`,
    `EvidenceMissing`, `NotRedeemed`.
    """
    attendance = tally(evidence, meetings=len(training_class.sittings))
    _check(enrolment, attendance, training_class, judging)
    outcome = outcome_of(attendance, judging.rules)
    completed = outcome is EnrolmentState.COMPLETED
    opens = None if completed else _open_again_at(card, judging)
    after = _after(
        card, opens, [each for each in past if each.class_id != enrolment.class_id], judging
    )
    returns = not completed and judging.rules.unfinished_returns_to_state and enrolment.price
    return Result(
        enrolment=replace(
            enrolment,
            state=outcome,
            live_slot=None,
            holder_due_at=after.runs_out_at if completed else None,
            provider_due_at=None,
            open_again_at=opens,
        ),
        card=after,
        attendance=attendance,
        movement=_to_the_state(enrolment, movement_id) if returns else None,
    )


def _check(
    enrolment: Enrolment,
    attendance: Attendance,
    training_class: TrainingClass,
    judging: Judging,
) -> None:
    if not enrolment.is_live:
        raise StateConflict(_ENDED, facts={"state": enrolment.state.value})
    refuse_called_off(training_class)
    if judging.now < training_class.ends_at:
        raise TrainingNotOver(facts={"ends_at": write_instant(training_class.ends_at)})
    due_at = due_of(enrolment, training_class, judging.rules)
    if judging.now >= due_at and not judging.by_operator:
        raise ResultTooLate(facts={"due_at": write_instant(due_at)})
    if not attendance.is_known:
        raise EvidenceMissing
    confirmed = enrolment.state is EnrolmentState.CONFIRMED
    if confirmed and attendance.has_come and not judging.by_operator:
        raise NotRedeemed


def _to_the_state(enrolment: Enrolment, movement_id: str) -> Movement:
    return released(enrolment, to=Account.STATE, cause=Cause.UNFINISHED, movement_id=movement_id)


def _open_again_at(card: Card, judging: Judging) -> datetime | None:
    waits = judging.rules.wait_after_unfinished
    return runs_out(judging.now, waits, region=card.region) if waits else None


def _after(
    card: Card, opens: datetime | None, others: Sequence[PastEnrolment], judging: Judging
) -> Card:
    if any(each.is_live for each in others):
        return card
    waits = [opens, *(each.open_again_at for each in others)]
    return between(card, waits=waits, now=judging.now, rules=judging.rules)
