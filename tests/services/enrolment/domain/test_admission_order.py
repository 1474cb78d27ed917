"""Which refusal of an enrolment is told where several would apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.domain.seats import admission, entitlement
from services.enrolment.domain.seats.enrolment import EnrolmentState
from tests.services.enrolment.domain.admission_case import Case, code_of
from tests.services.enrolment.domain.builders import DAY, HOUR, NOW, PRICE, meeting, past

OF_THE_LIST = {"already-waiting", "too-many-waiting-lists"}
"""What is refused only to who wants to wait: `test_waiting_admission`."""


def lose_the_class(case: Case) -> None:
    case.training_class = None


def lose_the_class_and_the_catalogue(case: Case) -> None:
    case.training_class, case.classes_to_come = None, {case.command.class_id}


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
    assert raised - OF_THE_LIST == {code for code, _ in ORDER}
