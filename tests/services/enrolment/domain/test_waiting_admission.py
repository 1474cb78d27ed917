"""Who is given a place in the waiting list instead of a seat, and who takes a seat that was offered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.domain.seats.admission import Admitted, Situation, Verdict, admit_all
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_admission import Waitlisted
from services.enrolment.domain.seats.waiting_list import Place, PlaceState
from tests.services.enrolment.domain.builders import (
    DAY,
    HOUR,
    NOW,
    PRICE,
    RULES,
    card,
    command,
    past,
    training_class,
)

FULL = training_class(declared_seats=1, held=1)


def wish(card_ref: str = "card-1", **changes: Any) -> EnrolCommand:
    return command(card_ref, waits=True, **changes)


def acceptance(place: Place, **changes: Any) -> EnrolCommand:
    changes = {"enrolment_id": place.enrolment_id, **changes}
    return command(place.card_ref, place.class_id, accepts=True, **changes)


def place(state: PlaceState = PlaceState.OFFERED, **changes: Any) -> Place:
    usual = Place(
        enrolment_id="place-1",
        card_ref="card-1",
        class_id="class-1",
        provider_id="provider-1",
        state=state,
        price=PRICE,
        number=1,
        joined_at=NOW - DAY,
        rule_version="2023-01",
        offered_at=NOW - HOUR if state is PlaceState.OFFERED else None,
        offer_expires_at=NOW + HOUR if state is PlaceState.OFFERED else None,
    )
    return replace(usual, **changes)


def judged(
    *commands: EnrolCommand,
    a_class: TrainingClass = FULL,
    places: list[Place] | None = None,
    **changes: Any,
) -> list[Verdict]:
    refs = {each.card_ref for each in commands}
    situation = Situation(
        classes={a_class.class_id: a_class},
        cards={ref: card(ref) for ref in refs},
        history={},
        classes_to_come=(),
        now=NOW,
        rules=RULES,
        places={"card-1": places or []},
    )
    return admit_all(commands, replace(situation, **changes))


def codes(verdicts: list[Verdict]) -> list[str]:
    return [
        each.code if isinstance(each, Problem) else type(each).__name__.lower() for each in verdicts
    ]


def test_places_are_numbered_in_the_order_of_a_batch() -> None:
    verdicts = judged(wish("card-1"), command("card-2"), wish("card-3"))
    assert codes(verdicts) == ["waitlisted", "class-full", "waitlisted"]
    first, _, last = verdicts
    assert isinstance(first, Waitlisted)
    assert isinstance(last, Waitlisted)
    assert [first.place.number, last.place.number] == [1, 2]
    assert (last.training_class.waiting, last.training_class.held) == (2, 1)


def test_a_number_is_never_given_again() -> None:
    [verdict] = judged(wish(), a_class=replace(FULL, joined=7))
    assert isinstance(verdict, Waitlisted)
    assert verdict.place.number == 8


def test_the_last_seat_goes_to_the_first_of_a_batch_and_who_follows_waits() -> None:
    verdicts = judged(wish("card-1"), wish("card-2"), a_class=training_class(declared_seats=1))
    assert codes(verdicts) == ["admitted", "waitlisted"]


@pytest.mark.parametrize("kept", [{"waiting": 1}, {"offered": 1}])
def test_nobody_gets_a_seat_that_is_waited_for_or_offered(kept: dict[str, Any]) -> None:
    a_class = training_class(declared_seats=2, held=1, **kept)
    assert codes(judged(command(), a_class=a_class)) == ["class-full"]
    assert codes(judged(wish(), a_class=a_class)) == ["waitlisted"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (CardState.IN_TRAINING, "waitlisted"),
        (CardState.AWARDED, "waitlisted"),
        (CardState.BETWEEN, "waitlisted"),
        (CardState.EXPIRED, "card-not-usable"),
        (CardState.REVOKED, "card-not-usable"),
        (CardState.EXHAUSTED, "card-not-usable"),
        (CardState.WITHDRAWN, "card-not-usable"),
    ],
)
def test_a_card_waits_that_may_buy_again_some_day(state: CardState, code: str) -> None:
    cards = {"card-1": card(state=state)}
    assert codes(judged(wish(), cards=cards)) == [code]


def test_a_card_waits_whatever_is_on_it() -> None:
    assert codes(judged(wish(), cards={"card-1": card(balance=0)})) == ["waitlisted"]


def test_in_a_pause_nobody_joins() -> None:
    pause = Pause("pause-1", Paused.ENROLMENTS, None, "Pemeliharaan", NOW - HOUR)
    assert codes(judged(wish(), pauses=[pause])) == ["enrolments-paused"]


def test_a_list_of_a_suspended_provider_takes_nobody() -> None:
    assert codes(judged(wish(), suspended={"provider-1"})) == ["provider-suspended"]


def test_one_card_asks_twice_in_a_batch_and_gets_one_place() -> None:
    again = wish(enrolment_id="another")
    assert codes(judged(wish(), again)) == ["waitlisted", "already-waiting"]


def test_an_offered_seat_is_taken_by_whom_it_was_offered() -> None:
    a_class = training_class(declared_seats=1, offered=1, waiting=3)
    [verdict] = judged(acceptance(place()), a_class=a_class, places=[place()])
    assert isinstance(verdict, Admitted)
    assert verdict.enrolment.enrolment_id == "place-1"
    assert verdict.enrolment.state is EnrolmentState.CONFIRMED
    after = verdict.training_class
    assert (after.held, after.offered, after.waiting) == (1, 0, 3)
    assert verdict.place is not None
    assert verdict.place.state is PlaceState.ACCEPTED


@pytest.mark.parametrize("asked", [command(), wish()])
def test_who_is_offered_a_seat_gets_no_other_one_beside_it(asked: EnrolCommand) -> None:
    a_class = training_class(declared_seats=2, offered=1)
    assert codes(judged(asked, a_class=a_class, places=[place()])) == ["already-waiting"]
    elsewhere = place(class_id="class-2")
    assert codes(judged(asked, a_class=a_class, places=[elsewhere])) == ["admitted"]


def test_it_is_taken_once() -> None:
    a_class = training_class(declared_seats=2, offered=1)
    twice = [acceptance(place()), acceptance(place(), movement_id="another")]
    assert codes(judged(*twice, a_class=a_class, places=[place()])) == ["admitted", "offer-over"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": PlaceState.WAITLISTED, "offered_at": None}, "offer-over"),
        ({"offer_expires_at": NOW}, "offer-over"),
        ({"offer_expires_at": NOW + HOUR / 60}, "admitted"),
        ({"enrolment_id": "place-2"}, "offer-over"),
    ],
    ids=["waits", "has run out", "runs out", "is another's"],
)
def test_only_an_offer_that_stands_is_accepted(changes: dict[str, Any], code: str) -> None:
    a_class = training_class(declared_seats=1, offered=1)
    places = [place(**changes)]
    assert codes(judged(acceptance(place()), a_class=a_class, places=places)) == [code]


def test_registration_may_have_closed_meanwhile_and_the_class_not_begun() -> None:
    a_class = training_class(declared_seats=1, offered=1, registration_closes=NOW)
    assert codes(judged(acceptance(place()), a_class=a_class, places=[place()])) == ["admitted"]
    begun = replace(a_class, starts_at=NOW)
    assert codes(judged(acceptance(place()), a_class=begun, places=[place()])) == [
        "registration-closed"
    ]


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"cards": {"card-1": card(balance=PRICE - 1)}}, "insufficient-balance"),
        ({"cards": {"card-1": card(state=CardState.EXPIRED)}}, "card-not-usable"),
        (
            {"history": {"card-1": [past("class-2", EnrolmentState.ACTIVE, live_slot=1)]}},
            "enrolment-in-progress",
        ),
        (
            {"history": {"card-1": [past("class-2", EnrolmentState.COMPLETED, reviewed=False)]}},
            "review-owed",
        ),
    ],
)
def test_the_cards_rules_are_judged_as_for_any_seat(spoilt: dict[str, Any], code: str) -> None:
    a_class = training_class(declared_seats=1, offered=1)
    verdicts = judged(acceptance(place()), a_class=a_class, places=[place()], **spoilt)
    assert codes(verdicts) == [code]
