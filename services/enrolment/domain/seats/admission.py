"""Who gets a seat: the rules of an enrolment, folded over a batch of commands, one after another.

Pure: the state of classes and cards comes in frozen, and each command sees what the ones before it did. The order of
the rules is part of the contract, so that the same situation is always refused for the same reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.problems import Problem
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import MODE_OF_SCHEME, Card, CardState
from services.enrolment.domain.programme.pause import Pause, Paused, pause_in_force
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import CANCELLED, UNLISTED, TrainingClass
from vocabulary.refusals import (
    AlreadyEnrolled,
    CardNotFound,
    CardNotUsable,
    CatalogueLagging,
    ClassFull,
    ClassNotFound,
    EnrolmentInProgress,
    EnrolmentsPaused,
    InsufficientBalance,
    ModeNotInScheme,
    PriceChanged,
    ProviderSuspended,
    RegistrationClosed,
    ReviewOwed,
    ScheduleConflict,
)
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class EnrolCommand:
    """Somebody wants a seat for a card. The caller makes the ids; actor and role come from the credential."""

    enrolment_id: str
    movement_id: str
    card_ref: str
    class_id: str
    expected_price: int
    actor: str
    role: str
    request_id: str


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
    """What a batch is judged by, as it stood under the locks; `suspended` are providers whose classes take nobody."""

    classes: Mapping[str, TrainingClass]
    cards: Mapping[str, Card]
    history: Mapping[str, Sequence[PastEnrolment]]
    catalogue_is_current: bool
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
        raise ClassNotFound if situation.catalogue_is_current else CatalogueLagging
    card = cards.get(command.card_ref)
    if card is None:
        raise CardNotFound
    pause = pause_in_force(situation.pauses, Paused.ENROLMENTS, regency=card.region)
    if pause is not None:
        raise EnrolmentsPaused(pause.message)
    slot = _free_slot(training_class, past, situation.rules)
    _check_card(card, past, situation)
    _check_open(training_class, situation)
    _check_class(command, training_class, card, past)
    return _admission(command, training_class, card, slot, situation)


def _free_slot(training_class: TrainingClass, past: Sequence[PastEnrolment], rules: RuleSet) -> int:
    """Return the lowest number that no running training of the card has. Raises where there is none."""
    if any(enrolment.class_id == training_class.class_id for enrolment in past):
        raise AlreadyEnrolled
    taken = {enrolment.live_slot for enrolment in past if enrolment.is_live}
    free = [slot for slot in range(1, rules.live_enrolments + 1) if slot not in taken]
    if not free:
        raise EnrolmentInProgress
    return free[0]


def _check_card(card: Card, past: Sequence[PastEnrolment], situation: Situation) -> None:
    state = card.state_at(situation.now)
    usable = {CardState.AWARDED, CardState.BETWEEN}
    if situation.rules.live_enrolments > 1:
        usable.add(CardState.IN_TRAINING)
    if state not in usable:
        raise CardNotUsable(_WHY_NOT_USABLE[state], facts={"card_state": state.value})
    if any(enrolment.owes_review for enrolment in past):
        raise ReviewOwed


_WHY_NOT_OPEN = {
    CANCELLED: "This class was called off. Choose another one.",
    UNLISTED: "The catalogue no longer tells of this class. Choose another one.",
}


def _check_open(training_class: TrainingClass, situation: Situation) -> None:
    if not training_class.takes_enrolments_at(situation.now):
        raise RegistrationClosed(_WHY_NOT_OPEN.get(training_class.status))
    if training_class.provider_id in situation.suspended:
        raise ProviderSuspended


def _check_class(
    command: EnrolCommand,
    training_class: TrainingClass,
    card: Card,
    past: Sequence[PastEnrolment],
) -> None:
    if MODE_OF_SCHEME[card.scheme] != training_class.mode:
        raise ModeNotInScheme
    if command.expected_price != training_class.price:
        raise PriceChanged(facts={"price": training_class.price})
    if _conflicts(training_class, past):
        raise ScheduleConflict
    if card.balance < training_class.price:
        raise InsufficientBalance(facts={"balance": card.balance, "price": training_class.price})
    if training_class.held >= training_class.declared_seats:
        raise ClassFull


def _conflicts(training_class: TrainingClass, past: Sequence[PastEnrolment]) -> bool:
    return any(
        mine.overlaps(other)
        for enrolment in past
        if enrolment.is_live
        for other in enrolment.meetings
        for mine in training_class.meetings
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
        live_slot=admitted.enrolment.live_slot,
        reviewed=False,
        meetings=admitted.training_class.meetings,
    )


_WHY_NOT_USABLE = {
    CardState.IN_TRAINING: "The card is in training. The next class can be bought when that one has ended.",
    CardState.EXPIRED: "The time for buying a class has run out, and the card has expired.",
    CardState.REVOKED: "The card was revoked. The programme's operator knows the case number.",
    CardState.EXHAUSTED: "The card's balance is used up.",
    CardState.WITHDRAWN: "The card was awarded by mistake and taken back. Whoever may hold one can be admitted again.",
}
