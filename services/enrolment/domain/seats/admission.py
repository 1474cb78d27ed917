"""Who gets a seat: the rules of an enrolment, folded over a batch of commands, one after another.

Pure: the state of classes and cards comes in frozen, and each command sees what the ones before it did. The rules
themselves stand in `entitlement`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.problems import Problem
from services.enrolment.domain.assistance import assists
from services.enrolment.domain.learning.due import result_due_at
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.check import first_refusal
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.entitlement import Case, checks_of, free_slot
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.cards import CardNotFound
from vocabulary.refusals.seats import CatalogueLagging, ClassNotFound
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class EnrolCommand:
    """Somebody wants a seat for a card. The caller makes the ids; actor and role come from the credential.

    `consent` is the word of whoever assists that the holder agreed: without it there is no such command.
    """

    enrolment_id: str
    movement_id: str
    card_ref: str
    class_id: str
    expected_price: int
    actor: str
    role: str
    request_id: str
    consent: bool = False

    def __post_init__(self) -> None:
        if assists(self.role) and not self.consent:
            raise ValueError("nobody is enrolled by another without having agreed")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A seat was given: the enrolment, the money set aside (None: free of charge), card and class afterwards."""

    command: EnrolCommand
    enrolment: Enrolment
    movement: Movement | None
    card: Card
    training_class: TrainingClass


@dataclass(frozen=True, slots=True)
class Situation:
    """What a batch is judged by, as it stood under the locks; `suspended` are providers whose classes take nobody.

    `classes_to_come` are those not known here that the catalogue may have published since it was read.
    """

    classes: Mapping[str, TrainingClass]
    cards: Mapping[str, Card]
    history: Mapping[str, Sequence[PastEnrolment]]
    classes_to_come: Collection[str]
    now: datetime
    rules: RuleSet
    pauses: Sequence[Pause] = ()
    suspended: Collection[str] = ()


def admit_all(commands: Sequence[EnrolCommand], situation: Situation) -> list[Admitted | Problem]:
    """Judge commands in their order; return for each the admission or the refusal."""
    classes = dict(situation.classes)
    cards = dict(situation.cards)
    history = {card: list(past) for card, past in situation.history.items()}
    outcomes: list[Admitted | Problem] = []
    for command in commands:
        try:
            admitted = _admit(command, situation, classes, cards, history.get(command.card_ref, []))
        except Problem as refusal:
            outcomes.append(refusal)
            continue
        classes[command.class_id] = admitted.training_class
        cards[command.card_ref] = admitted.card
        history.setdefault(command.card_ref, []).append(_as_past(admitted))
        outcomes.append(admitted)
    return outcomes


def _admit(
    command: EnrolCommand,
    situation: Situation,
    classes: Mapping[str, TrainingClass],
    cards: Mapping[str, Card],
    past: Sequence[PastEnrolment],
) -> Admitted:
    training_class = classes.get(command.class_id)
    if training_class is None:
        raise CatalogueLagging if command.class_id in situation.classes_to_come else ClassNotFound
    card = cards.get(command.card_ref)
    if card is None:
        raise CardNotFound
    refusal = first_refusal(checks_of(_case(command, situation, training_class, card, past)))
    if refusal is not None:
        raise refusal
    slot = free_slot(past, situation.rules)
    return _admission(command, training_class, card, slot, situation)


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
