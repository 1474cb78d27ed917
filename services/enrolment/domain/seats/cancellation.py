"""Giving a seat back: who may, until when, and what the card gets back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.clock import write_instant
from services.enrolment.domain.learning.attendance import tally
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.money.set_aside import released
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.clock import given_again
from services.enrolment.domain.programme.standstill import Standstill, gone_on
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.moving import free_exit_until
from services.enrolment.domain.seats.next_purchase import between
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.seats import CancellationClosed
from vocabulary.roles import HOLDER, OPERATOR
from vocabulary.rule_set import RuleSet

_DONE = (
    "This enrolment was cancelled already: the seat is given back, and what it cost is on the card again."
    " There is nothing left to do; the timeline tells by whom it was cancelled, and why."
)
_HELD = (
    "The class has ended: only a result ends this enrolment now. Send the attendance, also of who stayed away, and give"
    " the result, or ask the programme's operator for it. A result that an audit finds wrong is voided."
)
_KNOWN = (
    "The class has ended, and there is evidence of who came: give the result, which is computed from it. If an audit"
    " finds that it does not stand, void it."
)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A seat came back: everything as it stands afterwards, the movement that returns the money, and what ended.

    `free_exit` tells that its holder left because the class was moved.
    """

    enrolment: Enrolment
    state_before: EnrolmentState
    movement: Movement | None
    card: Card
    training_class: TrainingClass
    free_exit: bool = False


def cancel(
    enrolment: Enrolment,
    *,
    card: Card,
    training_class: TrainingClass,
    evidence: Sequence[Evidence],
    past: Sequence[PastEnrolment],
    role: str,
    movement_id: str,
    now: datetime,
    rules: RuleSet,
    standstills: Collection[Standstill] = (),
) -> Cancelled:
    """Cancel a running enrolment.

    `past` are the card's trainings. With the last one that runs, the clock goes on that ran at its purchase; where
    another training ran at that time or ended since, none can, and that of the next purchase begins (`between`).

    A holder's clock went on meanwhile, except while the card was barred or enrolments were paused: `standstills` are
    those times that are over. When the provider or the programme cancels, the enrolment or the whole class, and when a
    holder leaves a class that was moved (`free_exit_until`), whatever the rules say of leaving by choice, the time that
    was left at the purchase is given again. A class that was free of charge has no movement.

    What a class that was held came to, its result says: once it has ended only the operator cancels, and only where no
    `evidence` says anything, so that no result can be given. Raises `CancellationClosed`.
    """
    if not enrolment.is_live:
        is_done = enrolment.state is EnrolmentState.CANCELLED
        raise CancellationClosed(
            _DONE if is_done else None, facts={"enrolment_status": enrolment.state.value}
        )
    # A holder who leaves a class that was called off, or moved, leaves because of that, not by choice.
    free_exit = role == HOLDER and _may_leave_freely(enrolment, evidence, training_class, now)
    by_holder = role == HOLDER and not training_class.is_cancelled and not free_exit
    if by_holder and (not rules.holder_may_cancel or training_class.starts_at <= now):
        raise CancellationClosed
    if not free_exit:
        _check_not_held(enrolment, evidence, training_class, role=role, now=now)
    return Cancelled(
        enrolment=replace(
            enrolment,
            state=EnrolmentState.CANCELLED,
            live_slot=None,
            holder_due_at=None,
            provider_due_at=None,
        ),
        state_before=enrolment.state,
        movement=_refund(enrolment, movement_id=movement_id) if enrolment.price else None,
        card=_restored(
            card,
            enrolment,
            now=now,
            went_on=by_holder,
            standstills=standstills,
            others=[each for each in past if each.class_id != enrolment.class_id],
            rules=rules,
        ),
        training_class=replace(training_class, held=training_class.held - 1),
        free_exit=free_exit,
    )


def _may_leave_freely(
    enrolment: Enrolment, evidence: Sequence[Evidence], training_class: TrainingClass, now: datetime
) -> bool:
    """Tell whether the class was moved under somebody who has come to nothing of it since."""
    moved_at = training_class.moved_at
    until = free_exit_until(
        training_class.meetings, moved_at=moved_at, enrolled_at=enrolment.enrolled_at
    )
    if moved_at is None or until is None or until <= now or training_class.is_cancelled:
        return False
    starts = training_class.starts_of_meetings()
    attended = tally(evidence, meetings=len(training_class.sittings))
    return not any(
        each.present and starts.get(each.sequence, moved_at) > moved_at
        for each in (*attended.meetings, attended.final_test)
    )


def _check_not_held(
    enrolment: Enrolment,
    evidence: Sequence[Evidence],
    training_class: TrainingClass,
    *,
    role: str,
    now: datetime,
) -> None:
    """Refuse to go round a result. A class that was called off was not held, whenever that is settled."""
    if training_class.is_cancelled or now < training_class.ends_at:
        return
    is_known = tally(evidence, meetings=len(training_class.sittings)).is_known
    if role == OPERATOR and not is_known:
        return
    raise CancellationClosed(
        _KNOWN if role == OPERATOR else _HELD,
        facts={
            "enrolment_status": enrolment.state.value,
            "ends_at": write_instant(training_class.ends_at),
        },
    )


def _refund(enrolment: Enrolment, *, movement_id: str) -> Movement:
    return released(enrolment, to=Account.CARD, cause=Cause.CANCELLATION, movement_id=movement_id)


def _restored(
    card: Card,
    enrolment: Enrolment,
    *,
    now: datetime,
    went_on: bool,
    standstills: Collection[Standstill],
    others: Sequence[PastEnrolment],
    rules: RuleSet,
) -> Card:
    refunded = replace(card, balance=card.balance + enrolment.price)
    if any(each.is_live for each in others) or card.state is not CardState.IN_TRAINING:
        return refunded
    beside = enrolment.card_state_before is CardState.IN_TRAINING
    # None of the others runs any more: whichever was bought later has ended since.
    if beside or any(each.enrolled_at >= enrolment.enrolled_at for each in others):
        waits = [each.open_again_at for each in others]
        return between(refunded, waits=waits, now=now, rules=rules)
    deadline, bought = enrolment.card_deadline_before, enrolment.enrolled_at
    # Who moved into a pause that began before the purchase has a clock that shows no earlier instant than that.
    shows = max(card.clock_at(now), bought)
    if deadline is not None and went_on:
        deadline = gone_on(deadline, standstills, since=bought, card=card)
    elif deadline is not None:
        deadline = given_again(deadline, since=bought, now=shows, region=card.region)
    before = enrolment.card_state_before
    return replace(refunded, state=before, deadline=deadline, clock_from=shows)
