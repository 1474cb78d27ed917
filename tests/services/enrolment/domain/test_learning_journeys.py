"""No journey through purchases, attendance, results, reviews and audits breaks what must always hold."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.problems import Problem
from services.enrolment.domain.learning.attendance import tally
from services.enrolment.domain.learning.recording import Kept
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import HAS_A_RESULT, Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import FINAL_TEST, TrainingClass
from tests.services.enrolment.domain.builders import (
    DAY,
    HOUR,
    NOW,
    PRICE,
    RULES,
    card,
    command,
    evidence,
    meeting,
    training_class,
)
from tests.services.enrolment.domain.world import World

CARDS = ("card-1", "card-2")


def school(class_id: str, days: int) -> TrainingClass:
    """A class of two meetings that begins in so many days, open until then."""
    sittings = (meeting(NOW + days * DAY), meeting(NOW + (days + 1) * DAY))
    return training_class(
        class_id,
        registration_closes=sittings[0].starts_at,
        starts_at=sittings[0].starts_at,
        ends_at=sittings[1].ends_at,
        meetings=sittings,
    )


def world(*, live: int, waits: int, returns: bool) -> World:
    rules = replace(
        RULES,
        live_enrolments=live,
        wait_after_unfinished_days=waits,
        unfinished_returns_to_state=returns,
    )
    classes = {f"class-{n}": school(f"class-{n}", 6 * n) for n in (1, 2, 3)}
    return World(classes, {ref: card(ref) for ref in CARDS}, rules, NOW)


enrolling = st.tuples(st.just("enrol"), st.sampled_from((1, 2, 3)))
waiting = st.tuples(st.just("wait"), st.sampled_from((1, 24, 7 * 24, 15 * 24)))
learning = st.tuples(st.just("learn"), st.sampled_from((7, 7, 7, *range(16))))
judging = st.tuples(st.sampled_from(("judge", "judge", "operator")), st.integers(0, 1))
reviewing = st.tuples(st.just("review"), st.integers(0, 1))
doing = st.tuples(st.sampled_from(("come", "correct", "void")), st.integers(0, 7))
cancelling = st.tuples(st.just("cancel"), st.integers(0, 5))
journeys = st.lists(
    st.one_of(enrolling, learning, learning, judging, reviewing, doing, waiting, cancelling),
    min_size=24,
    max_size=48,
)


@given(
    journey=journeys, live=st.integers(1, 2), waits=st.sampled_from((0, 7)), returns=st.booleans()
)
@settings(deadline=None, max_examples=300)
def test_no_journey_breaks_what_must_always_hold(
    journey: list[tuple[str, int]], live: int, waits: int, returns: bool
) -> None:
    here = world(live=live, waits=waits, returns=returns)
    counted: dict[str, list[str]] = {}
    for number, (verb, what) in enumerate(journey):
        with suppress(Problem):
            step(here, number, verb, what)
        check(here, counted)


def step(here: World, number: int, verb: str, what: int) -> None:
    if verb == "enrol":
        wish = command(CARDS[number % 2], f"class-{what}", enrolment_id=f"enrolment-{number}")
        here.enrol([replace(wish, movement_id=f"movement-{number}")])
    elif verb == "wait":
        here.wait(what * HOUR)
    elif here.enrolments:
        names = list(here.enrolments)
        do(here, number, verb, what, names[-1 - what % min(2, len(names))])


def do(here: World, number: int, verb: str, what: int, name: str) -> None:
    if verb == "learn":
        learn(here, number, what, name)
    elif verb in ("come", "correct"):
        tell(here, number, verb, what, name)
    elif verb == "cancel":
        cancel(here, name, role=("holder", "provider", "operator")[what % 3])
    elif verb in ("judge", "operator"):
        here.judge(name, by_operator=verb == "operator")
    else:
        {"review": here.review, "void": here.void}[verb](name)


def cancel(here: World, name: str, *, role: str) -> None:
    """Cancel, and assert that no result was gone round."""
    here.cancel(name, role=role)
    over = here.now >= here.classes[here.enrolments[name].class_id].ends_at
    assert not over or (role == "operator" and not here.evidence.get(name))


def learn(here: World, number: int, what: int, name: str) -> None:
    """Redeem, most of the time, and go to the class; the bits of `what` are what is attended of it."""
    if what < 14:
        here.redeem(name)
    ends = here.classes[here.enrolments[name].class_id].ends_at
    here.wait(max(ends - here.now, 0 * HOUR))
    for bit, sequence in enumerate((1, 2, FINAL_TEST)):
        item = evidence(sequence, evidence_id=f"evidence-{number}-{sequence}")
        came = bool(what >> bit & 1)
        here.attend(replace(item, enrolment_id=name, present=came, device_time=here.now))


def tell(here: World, number: int, verb: str, what: int, name: str) -> None:
    there = here.evidence.get(name, [])
    item = replace(
        evidence((1, 2, FINAL_TEST)[number % 3], evidence_id=f"evidence-{number}"),
        enrolment_id=name,
        present=verb == "come",
        device_time=here.now,
    )
    if verb == "correct" and there:
        wrong = there[what % len(there)]
        item = replace(
            item,
            sequence=wrong.sequence,
            present=not wrong.present,
            corrects=wrong.evidence_id,
            reason="Salah orang",
        )
    outcome = here.attend(item)
    if isinstance(outcome, Kept):
        assert outcome.counts == here.enrolments[name].is_live


def check(here: World, counted: dict[str, list[str]]) -> None:
    """Assert what must hold at every moment."""
    for class_id, known in here.classes.items():
        assert known.held == here.kept_in(class_id) <= known.declared_seats
    for ref, held_card in here.cards.items():
        live = [e for e in here.of(ref) if e.is_live]
        assert held_card.balance >= 0
        assert held_card.balance - here.balances_at_first[ref] == here.moved(ref)
        assert len(live) <= here.rules.live_enrolments
        assert (held_card.state is CardState.IN_TRAINING) == bool(live)
        assert (held_card.deadline is None) == bool(live)
        owing = [e for e in here.of(ref) if e.state is EnrolmentState.COMPLETED and not e.reviewed]
        assert here.rules.live_enrolments > 1 or len(owing) <= 1
    for enrolment in here.enrolments.values():
        check_enrolment(here, enrolment)
        check_result(here, enrolment, counted)


def check_enrolment(here: World, enrolment: Enrolment) -> None:
    """Assert where its money is, and that only what runs is due."""
    aside = here.set_aside(enrolment.enrolment_id)
    kept_aside = enrolment.is_live or enrolment.state is EnrolmentState.COMPLETED
    unfinished = enrolment.state in (EnrolmentState.INCOMPLETE, EnrolmentState.NO_SHOW)
    stays = unfinished and not here.rules.unfinished_returns_to_state
    assert aside == (PRICE if kept_aside or stays else 0)
    assert (enrolment.provider_due_at is not None) == enrolment.is_live
    assert enrolment.reviewed <= (
        enrolment.state in (EnrolmentState.COMPLETED, EnrolmentState.VOIDED)
    )
    assert not any(m.target == "paid" for m in here.movements)


def check_result(here: World, enrolment: Enrolment, counted: dict[str, list[str]]) -> None:
    """Assert that a result has evidence, which is what it was whatever was told later."""
    name = enrolment.enrolment_id
    judged = enrolment.state in HAS_A_RESULT or enrolment.state is EnrolmentState.VOIDED
    assert judged == (name in here.results)
    if not judged:
        return
    result = here.results[name]
    assert counted.setdefault(name, result.attendance.counted) == result.attendance.counted
    assert result.attendance.counted != []
    if result.enrolment.state is EnrolmentState.COMPLETED:
        ids = set(result.attendance.counted)
        carried = [each for each in here.evidence[name] if each.evidence_id in ids]
        told = tally(carried, meetings=2)
        assert told.meetings[0].present
        assert told.final_test.present
