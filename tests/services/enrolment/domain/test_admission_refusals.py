"""Every refusal of an enrolment, and which one is told where several would apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.card import Card, CardState, Scheme
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.domain.seats import admission, entitlement
from services.enrolment.domain.seats.admission import (
    Admitted,
    EnrolCommand,
    Situation,
    admit_all,
)
from services.enrolment.domain.seats.enrolment import EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from tests.services.enrolment.domain.builders import (
    BALANCE,
    DAY,
    HOUR,
    NOW,
    PRICE,
    RULES,
    card,
    command,
    meeting,
    past,
    training_class,
)
from vocabulary.rule_set import RuleSet


@dataclass
class Case:
    """One card that wants one seat. Nothing stands in its way until something is spoilt."""

    training_class: TrainingClass | None = field(default_factory=training_class)
    card: Card | None = field(default_factory=card)
    history: list[PastEnrolment] = field(default_factory=list)
    command: EnrolCommand = field(default_factory=command)
    catalogue_is_current: bool = True
    pauses: list[Pause] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    rules: RuleSet = field(default_factory=lambda: replace(RULES, live_enrolments=2))

    def spoil_class(self, **changes: object) -> None:
        if self.training_class is not None:
            self.training_class = replace(self.training_class, **changes)  # type: ignore[arg-type]

    def spoil_card(self, **changes: object) -> None:
        if self.card is not None:
            self.card = replace(self.card, **changes)  # type: ignore[arg-type]

    def judge(self) -> Admitted | Problem:
        situation = Situation(
            classes={"class-1": self.training_class} if self.training_class else {},
            cards={"card-1": self.card} if self.card else {},
            history={"card-1": self.history},
            catalogue_is_current=self.catalogue_is_current,
            now=NOW,
            rules=self.rules,
            pauses=self.pauses,
            suspended=self.suspended,
        )
        [outcome] = admit_all([self.command], situation)
        return outcome


def lose_the_class(case: Case) -> None:
    case.training_class = None


def lose_the_class_and_the_catalogue(case: Case) -> None:
    case.training_class, case.catalogue_is_current = None, False


def lose_the_card(case: Case) -> None:
    case.card = None


def enrolments_are_paused(case: Case) -> None:
    case.pauses.append(Pause("pause-1", Paused.ENROLMENTS, None, "Pemeliharaan", NOW))


def was_in_this_class(case: Case) -> None:
    case.history.append(past("class-1", EnrolmentState.COMPLETED))


def has_every_slot_taken(case: Case) -> None:
    for slot in (1, 2):
        case.history.append(past(f"other-{slot}", EnrolmentState.ACTIVE, live_slot=slot))


def card_is_revoked(case: Case) -> None:
    case.spoil_card(state=CardState.REVOKED)


def owes_a_review(case: Case) -> None:
    case.history.append(past("earlier", EnrolmentState.COMPLETED, reviewed=False))


def waits_after_a_training_that_was_not_completed(case: Case) -> None:
    opens = NOW + DAY
    case.history.append(past("missed", EnrolmentState.NO_SHOW, open_again_at=opens))


def class_is_closed(case: Case) -> None:
    case.spoil_class(status="closed")


def provider_is_suspended(case: Case) -> None:
    case.suspended.add("provider-1")


def class_is_offline(case: Case) -> None:
    case.spoil_class(mode="offline")


def price_is_another(case: Case) -> None:
    case.command = replace(case.command, expected_price=PRICE - 1)


def sits_elsewhere_at_that_time(case: Case) -> None:
    at_once = meeting(NOW + 10 * DAY + HOUR)
    case.history.append(
        past("parallel", EnrolmentState.CONFIRMED, live_slot=1, meetings=(at_once,))
    )


def balance_is_short(case: Case) -> None:
    case.spoil_card(balance=PRICE - 1)


def class_is_full(case: Case) -> None:
    case.spoil_class(held=10)


ORDER: Sequence[tuple[str, Callable[[Case], None]]] = (
    ("catalogue-lagging", lose_the_class_and_the_catalogue),
    ("class-not-found", lose_the_class),
    ("card-not-found", lose_the_card),
    ("enrolments-paused", enrolments_are_paused),
    ("already-enrolled", was_in_this_class),
    ("enrolment-in-progress", has_every_slot_taken),
    ("card-not-usable", card_is_revoked),
    ("review-owed", owes_a_review),
    ("waiting-time-runs", waits_after_a_training_that_was_not_completed),
    ("registration-closed", class_is_closed),
    ("provider-suspended", provider_is_suspended),
    ("mode-not-in-scheme", class_is_offline),
    ("price-changed", price_is_another),
    ("schedule-conflict", sits_elsewhere_at_that_time),
    ("insufficient-balance", balance_is_short),
    ("class-full", class_is_full),
)
"""Every refusal with something that earns it. Where several would apply, the one that stands first is told."""


def code_of(outcome: Admitted | Problem) -> str:
    return outcome.code if isinstance(outcome, Problem) else "admitted"


def judged(*flaws: Callable[[Case], None]) -> str:
    case = Case()
    for flaw in flaws:
        flaw(case)
    return code_of(case.judge())


def test_a_case_that_nothing_spoils_is_admitted() -> None:
    assert judged() == "admitted"


@pytest.mark.parametrize(("code", "flaw"), ORDER, ids=[code for code, _ in ORDER])
def test_each_flaw_alone_earns_its_own_refusal(code: str, flaw: Callable[[Case], None]) -> None:
    assert judged(flaw) == code


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(ORDER, 2)),
    ids=[f"{a[0]} before {b[0]}" for a, b in combinations(ORDER, 2)],
)
def test_of_two_flaws_the_one_higher_in_the_table_is_told(
    first: tuple[str, Callable[[Case], None]], second: tuple[str, Callable[[Case], None]]
) -> None:
    assert judged(first[1], second[1]) == first[0]
    assert judged(second[1], first[1]) == first[0]


def test_mending_one_flaw_after_another_walks_down_the_table() -> None:
    flaws = [flaw for _, flaw in ORDER]
    walked = [judged(*flaws[start:]) for start in range(len(flaws))]
    assert walked == [code for code, _ in ORDER]


def test_the_table_knows_every_refusal_that_the_rules_can_raise() -> None:
    raised = {
        value.code
        for value in [*vars(admission).values(), *vars(entitlement).values()]
        if isinstance(value, type) and issubclass(value, Problem) and value is not Problem
    }
    assert raised == {code for code, _ in ORDER}


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (CardState.IN_TRAINING, "in training"),
        (CardState.EXPIRED, "expired"),
        (CardState.REVOKED, "revoked"),
        (CardState.EXHAUSTED, "used up"),
    ],
)
def test_a_card_that_is_not_usable_is_refused_with_its_state(state: CardState, says: str) -> None:
    case = Case(rules=RULES)
    case.spoil_card(state=state, deadline=None)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.code == "card-not-usable"
    assert refusal.facts == {"card_state": state.value}
    assert says in refusal.detail


@pytest.mark.parametrize("state", [CardState.AWARDED, CardState.BETWEEN])
def test_a_card_expires_at_its_deadline_and_not_a_moment_earlier(state: CardState) -> None:
    case = Case()
    case.spoil_card(state=state, deadline=NOW)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.facts == {"card_state": "expired"}
    case.spoil_card(deadline=NOW + DAY.resolution)
    assert code_of(case.judge()) == "admitted"


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        (NOW, NOW + DAY, "admitted"),
        (NOW + DAY.resolution, NOW + DAY, "registration-closed"),
        (NOW - DAY, NOW, "registration-closed"),
        (NOW - DAY, NOW + DAY.resolution, "admitted"),
    ],
    ids=["at the opening", "just before it", "at the closing", "just before that"],
)
def test_registration_is_open_from_its_first_instant_to_just_before_its_last(
    opens: object, closes: object, code: str
) -> None:
    case = Case()
    case.spoil_class(registration_opens=opens, registration_closes=closes)
    assert code_of(case.judge()) == code


@pytest.mark.parametrize("status", ["closed", "cancelled", "draft", ""])
def test_only_a_published_class_takes_enrolments(status: str) -> None:
    case = Case()
    case.spoil_class(status=status)
    assert code_of(case.judge()) == "registration-closed"


@pytest.mark.parametrize(
    ("scheme", "mode", "code"),
    [
        (Scheme.DIGITAL, "online", "admitted"),
        (Scheme.DIGITAL, "offline", "mode-not-in-scheme"),
        (Scheme.OFFLINE, "offline", "admitted"),
        (Scheme.OFFLINE, "online", "mode-not-in-scheme"),
    ],
)
def test_a_scheme_covers_one_kind_of_class(scheme: Scheme, mode: str, code: str) -> None:
    case = Case()
    case.spoil_card(scheme=scheme)
    case.spoil_class(mode=mode)
    assert code_of(case.judge()) == code


@pytest.mark.parametrize("expected", [PRICE - 1, PRICE + 1, 0])
def test_another_price_than_expected_is_refused_with_the_present_one(expected: int) -> None:
    case = Case(command=command(expected_price=expected))
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert (refusal.code, refusal.facts) == ("price-changed", {"price": PRICE})


def test_a_balance_that_just_covers_the_price_is_enough() -> None:
    case = Case()
    case.spoil_card(balance=PRICE)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.card.balance == 0


def test_a_balance_that_is_short_is_refused_with_balance_and_price() -> None:
    case = Case()
    balance_is_short(case)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.facts == {"balance": PRICE - 1, "price": PRICE}


def test_a_class_lowered_below_its_held_seats_takes_nobody_more() -> None:
    case = Case()
    case.spoil_class(declared_seats=3, held=5)
    assert code_of(case.judge()) == "class-full"


def test_the_last_seat_can_be_had() -> None:
    case = Case()
    case.spoil_class(held=9)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.training_class.held == 10


@pytest.mark.parametrize(
    ("starts_in", "code"),
    [(2 * HOUR, "admitted"), (-2 * HOUR, "admitted"), (HOUR, "schedule-conflict")],
    ids=["begins as the other ends", "ends as the other begins", "overlaps"],
)
def test_meetings_that_touch_do_not_conflict(starts_in: object, code: str) -> None:
    sitting = meeting(NOW + 10 * DAY + starts_in)  # type: ignore[operator]
    case = Case(history=[past("parallel", EnrolmentState.ACTIVE, live_slot=1, meetings=(sitting,))])
    assert code_of(case.judge()) == code


def test_a_training_that_has_ended_stands_in_nobodys_way() -> None:
    sitting = meeting(NOW + 10 * DAY)
    case = Case(history=[past("ended", EnrolmentState.COMPLETED, meetings=(sitting,))], rules=RULES)
    case.spoil_card(state=CardState.BETWEEN)
    assert code_of(case.judge()) == "admitted"


def test_an_admission_says_what_was_bought_and_by_which_rules() -> None:
    outcome = Case(rules=RULES).judge()
    assert isinstance(outcome, Admitted)
    enrolment, movement = outcome.enrolment, outcome.movement
    assert (enrolment.state, enrolment.price, enrolment.live_slot) == ("confirmed", PRICE, 1)
    assert (enrolment.enrolled_at, enrolment.rule_version) == (NOW, "2023-01")
    assert enrolment.card_state_before is CardState.AWARDED
    assert enrolment.card_deadline_before == NOW + 15 * DAY
    assert movement is not None
    assert (movement.source, movement.target, movement.amount) == ("card", "set_aside", PRICE)
    assert movement.enrolment_id == enrolment.enrolment_id
    assert outcome.card.state is CardState.IN_TRAINING
    assert (outcome.card.balance, outcome.card.deadline) == (BALANCE - PRICE, None)


def test_a_class_that_is_free_of_charge_moves_no_money() -> None:
    case = Case(command=command(expected_price=0))
    case.spoil_class(price=0)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.movement is None
    assert outcome.card.balance == BALANCE
