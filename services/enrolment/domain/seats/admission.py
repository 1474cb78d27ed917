"""Who gets a seat: the rules of an enrolment, folded over a batch of commands, one after another.

Pure: the state of classes and cards comes in frozen, and each command sees what the ones before it did. The rules
themselves stand in `entitlement`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.problems import Problem
from services.enrolment.domain.assistance import assists
from services.enrolment.domain.learning.due import result_due_at
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.check import first_refusal
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.entitlement import Case, checks_of, free_slot
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_admission import (
    Waitlisted,
    offered_place,
    refuse_beside_an_offer,
    waitlisted,
)
from services.enrolment.domain.seats.waiting_list import Place, accepted
from vocabulary.refusals.cards import CardNotFound
from vocabulary.refusals.seats import CatalogueLagging, ClassNotFound
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Admitted:
    """A seat was given: the enrolment, the money set aside (None: free of charge), card and class afterwards.

    `place` is the one in the waiting list that the seat was offered for, as it ended.
    """

    command: EnrolCommand
    enrolment: Enrolment
    movement: Movement | None
    card: Card
    training_class: TrainingClass
    place: Place | None = None


Verdict = Admitted | Waitlisted | Problem
"""What becomes of a command."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a batch is judged by, as it stood under the locks; `suspended` are providers whose classes take nobody.

    `places` are the open places in waiting lists of the cards for which that matters, and `classes_to_come`
    those classes not known here that the catalogue may have published since it was read.
    """

    classes: Mapping[str, TrainingClass]
    cards: Mapping[str, Card]
    history: Mapping[str, Sequence[PastEnrolment]]
    classes_to_come: Collection[str]
    now: datetime
    rules: RuleSet
    pauses: Sequence[Pause] = ()
    suspended: Collection[str] = ()
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)


class _Batch:
    """What stands while a batch is judged: each command sees what the ones before it did."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.classes = dict(situation.classes)
        self.cards = dict(situation.cards)
        self.history = {card: list(past) for card, past in situation.history.items()}
        self.places = {card: list(places) for card, places in situation.places.items()}

    def take_over(self, verdict: Admitted | Waitlisted) -> None:
        """Let the commands that follow see what became of one."""
        command = verdict.command
        self.classes[command.class_id] = verdict.training_class
        places = self.places.setdefault(command.card_ref, [])
        if isinstance(verdict, Waitlisted):
            places.append(verdict.place)
            return
        self.cards[command.card_ref] = verdict.card
        self.history.setdefault(command.card_ref, []).append(_as_past(verdict))
        places[:] = [each for each in places if each.enrolment_id != command.enrolment_id]


def admit_all(commands: Sequence[EnrolCommand], situation: Situation) -> list[Verdict]:
    """Judge commands in their order; return for each the admission, the place in the waiting list, or the refusal."""
    batch = _Batch(situation)
    verdicts: list[Verdict] = []
    for command in commands:
        try:
            verdict = _judge(command, batch)
        except Problem as refusal:
            verdicts.append(refusal)
            continue
        batch.take_over(verdict)
        verdicts.append(verdict)
    return verdicts


def _judge(command: EnrolCommand, batch: _Batch) -> Admitted | Waitlisted:
    situation = batch.situation
    training_class = batch.classes.get(command.class_id)
    if training_class is None:
        raise CatalogueLagging if command.class_id in situation.classes_to_come else ClassNotFound
    card = batch.cards.get(command.card_ref)
    if card is None:
        raise CardNotFound
    past = batch.history.get(command.card_ref, [])
    places = batch.places.get(command.card_ref, [])
    case = _case(command, situation, training_class, card, past)
    if not command.accepts:
        refuse_beside_an_offer(case, places)
    if command.waits and not training_class.has_seat_for_anybody:
        return waitlisted(command, case, places)
    place = offered_place(command, case, places) if command.accepts else None
    refusal = first_refusal(checks_of(case))
    if refusal is not None:
        raise refusal
    admission = _admission(
        command, training_class, card, free_slot(past, situation.rules), situation
    )
    if place is None:
        return admission
    taken = accepted(place, training_class)
    return replace(admission, place=taken.place, training_class=taken.training_class)


def _case(
    command: EnrolCommand,
    situation: Situation,
    training_class: TrainingClass,
    card: Card,
    past: Sequence[PastEnrolment],
) -> Case:
    return Case(
        card=card,
        training_class=training_class,
        past=past,
        expected_price=command.expected_price,
        pauses=situation.pauses,
        provider_suspended=training_class.provider_id in situation.suspended,
        rules=situation.rules,
        now=situation.now,
        offered=command.accepts,
    )


def _admission(
    command: EnrolCommand,
    training_class: TrainingClass,
    card: Card,
    slot: int,
    situation: Situation,
) -> Admitted:
    price = training_class.price
    return Admitted(
        command=command,
        enrolment=Enrolment(
            enrolment_id=command.enrolment_id,
            card_ref=card.card_ref,
            class_id=training_class.class_id,
            provider_id=training_class.provider_id,
            track=training_class.track,
            state=EnrolmentState.CONFIRMED,
            price=price,
            enrolled_at=situation.now,
            live_slot=slot,
            card_state_before=card.state,
            card_deadline_before=card.deadline,
            rule_version=situation.rules.version,
            holder_due_at=training_class.starts_at,
            provider_due_at=result_due_at(training_class, situation.rules),
            assisted=assists(command.role),
            consent=command.consent,
        ),
        movement=_set_aside(command, training_class) if price else None,
        card=replace(
            card, state=CardState.IN_TRAINING, balance=card.balance - price, deadline=None
        ),
        training_class=replace(training_class, held=training_class.held + 1),
    )


def _set_aside(command: EnrolCommand, training_class: TrainingClass) -> Movement:
    return Movement(
        movement_id=command.movement_id,
        cause=Cause.ENROLMENT,
        source=Account.CARD,
        target=Account.SET_ASIDE,
        amount=training_class.price,
        card_ref=command.card_ref,
        enrolment_id=command.enrolment_id,
        class_id=training_class.class_id,
        provider_id=training_class.provider_id,
    )


def _as_past(admitted: Admitted) -> PastEnrolment:
    return PastEnrolment(
        class_id=admitted.enrolment.class_id,
        state=admitted.enrolment.state,
        enrolled_at=admitted.enrolment.enrolled_at,
        live_slot=admitted.enrolment.live_slot,
        reviewed=False,
        meetings=admitted.training_class.meetings,
    )
