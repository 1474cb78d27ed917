"""What entitles a card to a seat in a class: the rules in their order, which is part of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import write_instant
from services.enrolment.domain.programme.card import LIVE_STATES, MODE_OF_SCHEME, Card, CardState
from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.programme.pause import Pause, Paused, pause_in_force
from services.enrolment.domain.seats.enrolment import PastEnrolment
from services.enrolment.domain.seats.training_class import (
    CANCELLED,
    PUBLISHED,
    UNLISTED,
    TrainingClass,
)
from services.enrolment.domain.seats.waiting_list import PLACES_OF_A_CARD, Place
from vocabulary.refusals.cards import CardNotUsable
from vocabulary.refusals.catalogue import ProviderSuspended
from vocabulary.refusals.seats import (
    AlreadyEnrolled,
    AlreadyWaiting,
    ClassFull,
    EnrolmentInProgress,
    EnrolmentsPaused,
    InsufficientBalance,
    ModeNotInScheme,
    PriceChanged,
    RegistrationClosed,
    ReviewOwed,
    ScheduleConflict,
    TooManyWaitingLists,
    WaitingTimeRuns,
)
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Case:
    """A card that wants a seat in a class: what the rules look at. `past` are the card's other enrolments.

    `expected_price` is what the holder was shown; None where nobody was shown one.
    """

    card: Card
    training_class: TrainingClass
    past: Sequence[PastEnrolment]
    expected_price: int | None
    pauses: Sequence[Pause]
    provider_suspended: bool
    rules: RuleSet
    now: datetime
    offered: bool = False
    """Whether a seat is kept for the card, from the waiting list."""


def checks_of(case: Case) -> Iterator[Check]:
    """Yield the rules for a seat in their order."""
    card, training_class = case.card, case.training_class
    running = [enrolment for enrolment in case.past if enrolment.is_live]
    yield _not_paused(case)
    yield _not_in_it(case)
    yield running_trainings(len(running), case.rules)
    yield card_usable(card, case.rules, case.now)
    yield review_given(sum(enrolment.owes_review for enrolment in case.past), case.rules)
    yield waiting_over(opens_again(case.past), case.now)
    yield _registration(case)
    yield _provider(case)
    yield mode_in_scheme(card, training_class)
    yield _price(case)
    yield _schedule(training_class, running)
    yield balance_covers(card.balance, training_class.price)
    yield _seat_free(case)


def checks_of_waiting(case: Case, places: Sequence[Place]) -> Iterator[Check]:
    """Yield the rules for a place in the waiting list of a full class: those that no waiting mends.

    What a card may buy is judged when a seat is offered and accepted. `places` are those the card has.
    """
    yield _not_paused(case)
    yield _not_in_it(case)
    yield _not_in_list(case, places)
    yield _card_goes_on(case.card, case.now)
    yield _registration(case)
    yield _provider(case)
    yield mode_in_scheme(case.card, case.training_class)
    yield _price(case)


def free_slot(past: Sequence[PastEnrolment], rules: RuleSet) -> int:
    """Return the lowest number that no running training of a card has; there is one where the checks say so."""
    taken = {enrolment.live_slot for enrolment in past if enrolment.is_live}
    return next(slot for slot in range(1, rules.live_enrolments + 1) if slot not in taken)


def _not_paused(case: Case) -> Check:
    pause = pause_in_force(case.pauses, Paused.ENROLMENTS, regency=case.card.region)
    refusal = EnrolmentsPaused(pause.message) if pause else None
    return Check("enrolments-open", {"paused": pause is not None}, refusal)


def _not_in_it(case: Case) -> Check:
    again = any(each.class_id == case.training_class.class_id for each in case.past)
    return Check("once-a-class", {"enrolled_already": again}, AlreadyEnrolled() if again else None)


def running_trainings(running: int, rules: RuleSet) -> Check:
    """Check that a card has not as many running trainings as it may have."""
    compared = {"running": running, "most": rules.live_enrolments}
    refusal = EnrolmentInProgress() if running >= rules.live_enrolments else None
    return Check("running-trainings", compared, refusal)


def card_usable(card: Card, rules: RuleSet, now: datetime) -> Check:
    """Check that a card's state and clock let its holder buy a class."""
    state = card.state_at(now)
    usable = {CardState.AWARDED, CardState.BETWEEN}
    if rules.live_enrolments > 1:
        usable.add(CardState.IN_TRAINING)
    compared = {"card_state": state, "deadline": card.runs_out_at, "at": now}
    if state in usable:
        return Check("card-usable", compared)
    refusal = CardNotUsable(_WHY_NOT_USABLE[state], facts={"card_state": state.value})
    return Check("card-usable", compared, refusal)


def review_given(owed: int, rules: RuleSet) -> Check:
    """Check that no completed training waits for its review, where the rules want one before the next purchase."""
    compared = {"reviews_owed": owed, "review_before_next": rules.review_before_next}
    refusal = ReviewOwed() if owed and rules.review_before_next else None
    return Check("review-given", compared, refusal)


def waiting_over(open_again_at: datetime | None, now: datetime) -> Check:
    """Check that no waiting time after a training that was not completed runs; None where there was none."""
    compared = {"open_again_at": open_again_at, "at": now}
    if open_again_at is None or open_again_at <= now:
        return Check("waiting-time-over", compared)
    refusal = WaitingTimeRuns(facts={"open_again_at": write_instant(open_again_at)})
    return Check("waiting-time-over", compared, refusal)


def opens_again(past: Sequence[PastEnrolment]) -> datetime | None:
    """Return when the last waiting time of a card ends, or ended; None where there was none."""
    opens = [each.open_again_at for each in past if each.open_again_at is not None]
    return max(opens, default=None)


def _not_in_list(case: Case, places: Sequence[Place]) -> Check:
    compared = {"places": len(places), "most": PLACES_OF_A_CARD}
    if any(place.class_id == case.training_class.class_id for place in places):
        return Check("once-in-a-list", compared, AlreadyWaiting())
    refusal = TooManyWaitingLists() if len(places) >= PLACES_OF_A_CARD else None
    return Check("once-in-a-list", compared, refusal)


def _card_goes_on(card: Card, now: datetime) -> Check:
    state = card.state_at(now)
    refusal = None
    if state not in LIVE_STATES:
        refusal = CardNotUsable(_WHY_NOT_USABLE[state], facts={"card_state": state.value})
    return Check("card-usable", {"card_state": state, "at": now}, refusal)


def _registration(case: Case) -> Check:
    """Check that a class takes enrolments; who was offered a seat may accept it until the class begins."""
    training_class, now = case.training_class, case.now
    compared = {
        "class_status": training_class.status,
        "opens": training_class.registration_opens,
        "closes": training_class.registration_closes,
        "at": now,
    }
    kept = case.offered and training_class.status == PUBLISHED and now < training_class.starts_at
    if kept or training_class.takes_enrolments_at(now):
        return Check("registration-open", compared)
    refusal = RegistrationClosed(_WHY_NOT_OPEN.get(training_class.status))
    return Check("registration-open", compared, refusal)


def _provider(case: Case) -> Check:
    suspended = case.provider_suspended
    refusal = ProviderSuspended() if suspended else None
    return Check("provider-approved", {"suspended": suspended}, refusal)


def mode_in_scheme(card: Card, training_class: TrainingClass) -> Check:
    """Check that a card was granted for classes of this kind."""
    fits = MODE_OF_SCHEME[card.scheme] == training_class.mode
    compared = {"scheme": card.scheme, "mode": training_class.mode}
    return Check("mode-in-scheme", compared, None if fits else ModeNotInScheme())


def _price(case: Case) -> Check:
    price = case.training_class.price
    compared = {"expected_price": case.expected_price, "price": price}
    same = case.expected_price in (None, price)
    return Check("price-as-shown", compared, None if same else PriceChanged(facts={"price": price}))


def _schedule(training_class: TrainingClass, running: Sequence[PastEnrolment]) -> Check:
    overlapping = sum(
        mine.overlaps(other)
        for enrolment in running
        for other in enrolment.meetings
        for mine in training_class.meetings
    )
    refusal = ScheduleConflict() if overlapping else None
    return Check("schedule-free", {"overlapping_meetings": overlapping}, refusal)


def balance_covers(balance: int, price: int) -> Check:
    """Check that a balance covers a price, both in rupiah."""
    compared = {"balance": balance, "price": price}
    refusal = InsufficientBalance(facts=compared) if balance < price else None
    return Check("balance-covers-price", compared, refusal)


def _seat_free(case: Case) -> Check:
    training_class = case.training_class
    compared = {
        "held": training_class.held,
        "offered": training_class.offered,
        "waiting": training_class.waiting,
        "seats": training_class.declared_seats,
    }
    has_seat = case.offered or training_class.has_seat_for_anybody
    return Check("seat-free", compared, None if has_seat else ClassFull())


_WHY_NOT_OPEN = {
    CANCELLED: "This class was called off. Choose another one.",
    UNLISTED: "The catalogue no longer tells of this class. Choose another one.",
}

_WHY_NOT_USABLE = {
    CardState.IN_TRAINING: "The card is in training. The next class can be bought when that one has ended.",
    CardState.EXPIRED: "The time for buying a class has run out, and the card has expired.",
    CardState.REVOKED: "The card was revoked. The programme's operator knows the case number.",
    CardState.BARRED: "An exclusion of the holder stands, against which an appeal may be open: see the card's cases.",
    CardState.EXHAUSTED: "The card is used up: the time for buying another class has run out.",
    CardState.WITHDRAWN: "The card was awarded by mistake and taken back. Whoever may hold one can be admitted again.",
}
