"""A batch is judged one command after another, each seeing what the ones before it did."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.problems import Problem
from services.enrolment.domain.programme.card import CardState, Scheme
from services.enrolment.domain.seats.admission import Admitted, Verdict
from services.enrolment.domain.seats.enrol_command import EnrolCommand
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
    training_class,
)
from tests.services.enrolment.domain.world import World
from vocabulary.refusals.seats import CancellationClosed


def codes(outcomes: list[Verdict]) -> list[str]:
    return [outcome.code if isinstance(outcome, Problem) else "admitted" for outcome in outcomes]


def world(*classes: TrainingClass, cards: int = 3, live: int = 1) -> World:
    return World(
        classes={c.class_id: c for c in classes},
        cards={f"card-{n}": card(f"card-{n}") for n in range(1, cards + 1)},
        rules=replace(RULES, live_enrolments=live),
        now=NOW,
    )


def at(class_id: str, days: int, **changes: object) -> TrainingClass:
    """Make a class that sits for two hours, so many days from now."""
    sitting = meeting(NOW + days * DAY)
    return training_class(class_id, starts_at=sitting.starts_at, meetings=(sitting,), **changes)


def test_a_card_twice_in_a_batch_sees_its_first_result() -> None:
    here = world(at("class-1", 10), at("class-2", 20))
    outcomes = here.enrol([command(), command(), command(class_id="class-2")])
    assert codes(outcomes) == ["admitted", "already-enrolled", "enrolment-in-progress"]


def test_a_command_that_was_refused_leaves_no_trace_for_the_next() -> None:
    here = world(at("class-1", 10, status="closed"), at("class-2", 20))
    outcomes = here.enrol([command(), command(class_id="class-2"), command("card-2")])
    assert codes(outcomes) == ["registration-closed", "admitted", "registration-closed"]


def test_the_last_seat_goes_to_the_first_who_asks() -> None:
    here = world(at("class-1", 10, declared_seats=2, held=1))
    outcomes = here.enrol([command("card-2"), command("card-1"), command("card-3")])
    assert codes(outcomes) == ["admitted", "class-full", "class-full"]
    assert here.classes["class-1"].held == 2


def test_the_balance_falls_within_a_batch() -> None:
    dear = [at(f"class-{n}", 10 * n, price=BALANCE // 2) for n in (1, 2, 3)]
    here = world(*dear, live=3)
    wishes = [command(class_id=c.class_id, expected_price=c.price) for c in dear]
    outcomes = here.enrol(wishes)
    assert codes(outcomes) == ["admitted", "admitted", "insufficient-balance"]
    refusal = outcomes[2]
    assert isinstance(refusal, Problem)
    assert refusal.facts["balance"] == 0


def test_two_trainings_at_once_take_two_slots_where_the_rules_allow_them() -> None:
    here = world(at("class-1", 10), at("class-2", 20), at("class-3", 30), live=2)
    outcomes = here.enrol([command(class_id=f"class-{n}") for n in (1, 2, 3)])
    assert codes(outcomes) == ["admitted", "admitted", "enrolment-in-progress"]
    assert [e.live_slot for e in here.of("card-1")] == [1, 2]


def test_two_trainings_at_once_may_not_meet_at_the_same_time() -> None:
    clash = training_class("class-2", meetings=(meeting(NOW + 10 * DAY + HOUR),))
    here = world(at("class-1", 10), clash, live=2)
    outcomes = here.enrol([command(), command(class_id="class-2")])
    assert codes(outcomes) == ["admitted", "schedule-conflict"]


def test_a_slot_that_came_free_is_taken_again() -> None:
    here = world(at("class-1", 10), at("class-2", 20), at("class-3", 30), live=2)
    first, _ = here.enrol([command(), command(class_id="class-2")])
    assert isinstance(first, Admitted)
    here.cancel(first.enrolment.enrolment_id, role="holder")
    [third] = here.enrol([command(class_id="class-3")])
    assert isinstance(third, Admitted)
    assert third.enrolment.live_slot == 1


def test_a_class_can_be_entered_again_once_the_first_seat_was_given_back() -> None:
    here = world(at("class-1", 10))
    [first] = here.enrol([command()])
    assert isinstance(first, Admitted)
    here.cancel(first.enrolment.enrolment_id, role="holder")
    again = replace(command(), enrolment_id="enrolment-again")
    assert codes(here.enrol([again])) == ["admitted"]


CARDS = ("card-1", "card-2", "card-3")
CLASSES = ("class-1", "class-2", "class-3")

wishes = st.lists(
    st.tuples(
        st.sampled_from([*CARDS, "card-unknown"]),
        st.sampled_from([*CLASSES, "class-unknown"]),
        st.sampled_from([0, 0, 0, 1]),
    ),
    max_size=24,
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    classes = [
        at(
            class_id,
            draw(st.sampled_from([10, 10, 20])),
            declared_seats=draw(st.integers(0, 3)),
            held=draw(st.integers(0, 2)),
            price=draw(st.sampled_from([0, PRICE, BALANCE // 2, BALANCE])),
            mode=draw(st.sampled_from(["online", "online", "offline"])),
            status=draw(st.sampled_from(["published", "published", "published", "closed"])),
        )
        for class_id in CLASSES
    ]
    here = world(*classes, live=draw(st.integers(1, 2)))
    for ref in CARDS:
        here.cards[ref] = replace(
            here.cards[ref],
            scheme=draw(st.sampled_from([Scheme.DIGITAL, Scheme.DIGITAL, Scheme.OFFLINE])),
            balance=draw(st.sampled_from([0, PRICE, BALANCE])),
            state=draw(st.sampled_from([CardState.AWARDED, CardState.BETWEEN, CardState.REVOKED])),
        )
    here.__post_init__()
    return here


def as_commands(here: World, drawn: list[tuple[str, str, int]]) -> list[EnrolCommand]:
    """Make commands of what was drawn, most of them with the price that the class has."""
    return [
        command(
            card_ref,
            class_id,
            enrolment_id=f"enrolment-{number}",
            movement_id=f"movement-{number}",
            expected_price=here.classes[class_id].price + off if class_id in here.classes else off,
        )
        for number, (card_ref, class_id, off) in enumerate(drawn)
    ]


def check(here: World, *, held_before: dict[str, int]) -> None:
    """Assert what must hold at every moment, whatever was asked for in whatever order."""
    for class_id, known in here.classes.items():
        taken = here.live_in(class_id)
        assert known.held == held_before[class_id] + taken
        assert not taken or known.held <= known.declared_seats
    for ref, held_card in here.cards.items():
        live = [e for e in here.of(ref) if e.is_live]
        assert held_card.balance >= 0
        assert held_card.balance - here.balances_at_first[ref] == here.moved(ref)
        assert len(live) <= here.rules.live_enrolments
        assert len({e.live_slot for e in live}) == len(live)
        assert len({e.class_id for e in live}) == len(live)
        assert (held_card.state is CardState.IN_TRAINING) == bool(live)
        waiting = held_card.state in (CardState.AWARDED, CardState.BETWEEN)
        assert (held_card.deadline is not None) == (waiting or not here.of(ref))


@given(here=worlds(), drawn=wishes)
@settings(deadline=None, max_examples=150)
def test_no_sequence_of_commands_breaks_what_must_always_hold(
    here: World, drawn: list[tuple[str, str, int]]
) -> None:
    held_before = {class_id: c.held for class_id, c in here.classes.items()}
    commands = as_commands(here, drawn)
    outcomes = here.enrol(commands)
    admitted = [o for o in outcomes if isinstance(o, Admitted)]
    refused = [o for o in outcomes if isinstance(o, Problem)]
    assert len(admitted) + len(refused) == len(commands)
    assert len(here.enrolments) == len(admitted)
    check(here, held_before=held_before)


@given(here=worlds(), drawn=wishes, cut=st.integers(0, 24))
@settings(deadline=None, max_examples=100)
def test_how_commands_are_cut_into_batches_makes_no_difference(
    here: World, drawn: list[tuple[str, str, int]], cut: int
) -> None:
    apart = World(dict(here.classes), dict(here.cards), here.rules, here.now)
    commands = as_commands(here, drawn)
    together = here.enrol(commands)
    parts = apart.enrol(commands[:cut]) + apart.enrol(commands[cut:])
    assert codes(together) == codes(parts)
    assert (here.classes, here.cards, here.movements) == (
        apart.classes,
        apart.cards,
        apart.movements,
    )


purchase = st.tuples(st.just("enrol"), st.sampled_from(CARDS[:2]), st.sampled_from((1, 2, 3)))
return_of_a_seat = st.tuples(
    st.just("cancel"), st.sampled_from(("holder", "provider", "operator")), st.integers(0, 9)
)
start = st.tuples(st.just("redeem"), st.just(""), st.integers(0, 9))
pause = st.tuples(st.just("wait"), st.just(""), st.sampled_from((1, 30, 150)))
journeys = st.lists(
    st.one_of(purchase, purchase, return_of_a_seat, return_of_a_seat, start, pause),
    min_size=8,
    max_size=24,
)


@given(live=st.integers(1, 2), journey=journeys)
@settings(deadline=None, max_examples=300)
def test_no_journey_of_purchases_and_cancellations_breaks_what_must_always_hold(
    live: int, journey: list[tuple[str, str, int]]
) -> None:
    here = world(*(at(f"class-{n}", 10 * n, declared_seats=n) for n in (1, 2, 3)), live=live)
    held_before = dict.fromkeys(here.classes, 0)
    for number, (verb, who, what) in enumerate(journey):
        if verb == "enrol":
            here.enrol([command(who, f"class-{what}", enrolment_id=f"enrolment-{number}")])
        elif verb == "wait":
            here.wait(what * HOUR)
        elif here.enrolments:
            travel(here, verb, who, list(here.enrolments)[what % len(here.enrolments)])
        check(here, held_before=held_before)


def travel(here: World, verb: str, role: str, enrolment_id: str) -> None:
    if verb == "redeem":
        here.redeem(enrolment_id)
        return
    with suppress(CancellationClosed):
        here.cancel(enrolment_id, role=role)
