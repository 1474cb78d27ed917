"""Cases about holders on a list: each step, by when, by whom, and what it does to the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.problems import StateConflict
from services.enrolment.domain.exclusion import case as cases
from services.enrolment.domain.exclusion.bar import bar, lift
from services.enrolment.domain.exclusion.case import (
    BARRING,
    LIVE,
    CaseState,
    Decision,
    ExclusionCase,
)
from services.enrolment.domain.exclusion.finding import EarlierCase, needs_case
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.ending import OVER, expire, revoke
from services.enrolment.domain.seats.entitlement import card_usable
from tests.services.enrolment.domain.builders import DAY, NOW, RULES, card
from vocabulary.refusals.cards import CardNotUsable, SamePerson
from vocabulary.refusals.exclusion import NoLongerListed
from vocabulary.rule_set import row_of

SECOND = timedelta(seconds=1)
RINA, BUDI = Decision("operator:rina", NOW, "Benar PNS"), Decision("operator:budi", NOW, "Bukan")


def opened(region: str = "32.73", now: datetime = NOW) -> ExclusionCase:
    return cases.open_case(
        case_id="case-1",
        list_id="list-1",
        group="civil-servant",
        card=card(region=region),
        now=now,
        rules=RULES,
    )


def upheld(one: ExclusionCase | None = None, *, of: Card | None = None) -> ExclusionCase:
    return cases.uphold(one or opened(), RINA, card=of or card(), rules=RULES)


def appealed(now: datetime = NOW) -> ExclusionCase:
    return cases.appeal(upheld(), by="holder-1", now=now, rules=RULES)


def in_state(state: CaseState) -> ExclusionCase:
    """Return a case in each state, as it comes there."""
    made: dict[CaseState, Callable[[], ExclusionCase]] = {
        CaseState.OPEN: opened,
        CaseState.UPHELD: upheld,
        CaseState.APPEALED: appealed,
        CaseState.FINAL: lambda: cases.decide_appeal(appealed(), BUDI, granted=False, rules=RULES),
        CaseState.GRANTED: lambda: cases.decide_appeal(appealed(), BUDI, granted=True, rules=RULES),
        CaseState.DISMISSED: lambda: cases.dismiss(opened(), RINA),
        CaseState.REVOKED: lambda: cases.revoked(in_state(CaseState.FINAL), RINA),
        CaseState.LAPSED: lambda: cases.lapse(opened(), RINA),
    }
    return made[state]()


def allowed(act: Callable[[ExclusionCase], object]) -> set[CaseState]:
    def may(state: CaseState) -> bool:
        try:
            act(in_state(state))
        except StateConflict:
            return False
        return True

    return {state for state in CaseState if may(state)}


def test_each_step_is_taken_from_the_states_that_lead_to_it() -> None:
    assert allowed(upheld) == {CaseState.OPEN}
    assert allowed(lambda one: cases.dismiss(one, RINA)) == {
        CaseState.OPEN,
        CaseState.UPHELD,
        CaseState.FINAL,
    }
    assert allowed(lambda one: cases.appeal(one, by="h", now=NOW, rules=RULES)) == {
        CaseState.UPHELD
    }
    for granted in (True, False):
        assert allowed(
            lambda one, granted=granted: cases.decide_appeal(  # type: ignore[misc]
                one, BUDI, granted=granted, rules=RULES
            )
        ) == {CaseState.APPEALED}
    assert allowed(lambda one: cases.revoked(one, RINA)) == {CaseState.FINAL}
    assert allowed(lambda one: cases.lapse(one, RINA)) == set(LIVE)


def test_a_case_that_ended_waits_for_nobody_and_one_that_has_not_does() -> None:
    for state in CaseState:
        one = in_state(state)
        assert (one.due_at is not None) is (state in LIVE) is (one.ended is None)
        assert one.is_barring is (state in BARRING)


@pytest.mark.parametrize(
    ("region", "midnight"),
    [("31.71", 17), ("73.71", 16), ("91.71", 15)],
)
def test_an_operator_has_the_days_of_the_rules_until_midnight_where_the_holder_lives(
    region: str, midnight: int
) -> None:
    assert row_of("exclusion_case_days") == "exclusion case"
    due_at = opened(region).due_at
    assert due_at == datetime(2026, 12, 31, midnight, tzinfo=UTC)


def test_a_holder_may_appeal_until_the_last_second_of_the_last_day() -> None:
    assert row_of("exclusion_appeal_days") == "exclusion case"
    until = upheld().appeal_until
    assert until == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert appealed(until - SECOND).state is CaseState.APPEALED
    with pytest.raises(StateConflict) as refused:
        appealed(until)
    assert refused.value.facts == {"state": "appeal-time-over"}


def test_a_card_is_revoked_once_the_time_to_appeal_is_over_and_not_before() -> None:
    one = upheld()
    assert one.appeal_until is not None
    with pytest.raises(StateConflict, match="may still appeal"):
        cases.revoked(one, replace(RINA, at=one.appeal_until - SECOND))
    ended = cases.revoked(one, replace(RINA, at=one.appeal_until))
    assert (ended.state, ended.ended) == (CaseState.REVOKED, replace(RINA, at=one.appeal_until))


def test_an_appeal_keeps_the_card_from_being_revoked_however_long_it_takes() -> None:
    with pytest.raises(StateConflict, match="has appealed"):
        cases.revoked(appealed(), replace(RINA, at=NOW + 400 * DAY))


def test_nothing_is_decided_against_a_holder_who_is_listed_no_longer() -> None:
    def unlisted(one: ExclusionCase) -> ExclusionCase:
        return replace(one, is_listed=False)

    with pytest.raises(NoLongerListed, match="Dismiss the case"):
        upheld(unlisted(opened()))
    with pytest.raises(NoLongerListed, match="Grant the appeal"):
        cases.decide_appeal(unlisted(appealed()), BUDI, granted=False, rules=RULES)
    with pytest.raises(NoLongerListed):
        cases.revoked(unlisted(in_state(CaseState.FINAL)), RINA)
    granted = cases.decide_appeal(unlisted(appealed()), BUDI, granted=True, rules=RULES)
    assert granted.state is CaseState.GRANTED
    assert cases.dismiss(unlisted(upheld()), RINA).state is CaseState.DISMISSED


def test_who_upheld_a_case_does_not_decide_on_the_appeal() -> None:
    for granted in (True, False):
        with pytest.raises(SamePerson):
            cases.decide_appeal(appealed(), RINA, granted=granted, rules=RULES)


@pytest.mark.parametrize("state", OVER)
def test_a_case_about_a_card_that_has_ended_is_not_upheld(state: CardState) -> None:
    with pytest.raises(StateConflict, match="nothing to exclude it from"):
        upheld(of=card(state=state))


@pytest.mark.parametrize("state", [CardState.AWARDED, CardState.BETWEEN])
def test_a_barred_card_buys_nothing_and_does_not_expire(state: CardState) -> None:
    barred = bar(card(state=state), now=NOW)
    much_later = NOW + 400 * DAY
    assert barred.state_at(much_later) is CardState.BARRED
    refusal = card_usable(barred, RULES, NOW).refusal
    assert isinstance(refusal, CardNotUsable)
    assert refusal.facts == {"card_state": "barred"}
    assert expire(barred, completed=False, movement_id="m", now=much_later) is None


def test_a_barred_card_can_be_revoked() -> None:
    ended = revoke(bar(card(), now=NOW), running=0, movement_id="m", now=NOW + 30 * DAY)
    assert ended.card.state_at(NOW) is CardState.REVOKED


def test_a_card_that_is_barred_again_is_barred_since_the_first_time() -> None:
    assert bar(bar(card(), now=NOW), now=NOW + DAY).barred_at == NOW


def test_when_the_bar_is_lifted_as_many_days_are_left_as_were_then() -> None:
    midnight = datetime(2026, 12, 16, 17, tzinfo=UTC)
    lifted = lift(bar(card(deadline=midnight), now=NOW), now=NOW + 40 * DAY)
    assert (lifted.barred_at, lifted.deadline) == (None, midnight + 40 * DAY)
    assert lifted.state_at(NOW + 41 * DAY) is CardState.AWARDED


def earlier(ended_listed: bool | None = True, *, days: int = 0) -> EarlierCase:
    """Return a case of a list that came in force so many days after now, ended unless it is None how."""
    state = CaseState.OPEN if ended_listed is None else CaseState.DISMISSED
    return EarlierCase(state, NOW + days * DAY, ended_listed)


def test_a_hit_opens_a_case_unless_one_goes_on_or_decided_the_same() -> None:
    later = NOW + DAY
    assert needs_case([], absent_since=None)
    assert not needs_case([earlier(), earlier(None)], absent_since=later)
    assert not needs_case([earlier()], absent_since=None)
    assert needs_case([earlier()], absent_since=later)


def test_a_list_before_that_of_a_case_says_nothing_new() -> None:
    assert not needs_case([earlier(days=1)], absent_since=NOW)
    assert not needs_case([earlier(), earlier(days=2)], absent_since=NOW + DAY)


def test_a_case_that_ended_while_the_holder_was_not_listed_decided_nothing() -> None:
    assert needs_case([earlier(ended_listed=False)], absent_since=None)
    assert not needs_case([earlier(), earlier(ended_listed=False, days=1)], absent_since=None)


def test_a_case_about_a_card_that_has_ended_lapses_once_that_is_noted_or_is_dismissed() -> None:
    late = card(deadline=NOW - SECOND)
    for ended, remedy in (
        (late, "lapses once"),
        (replace(late, state=CardState.EXPIRED), "Dismiss"),
    ):
        with pytest.raises(StateConflict) as refusal:
            upheld(of=ended)
        assert remedy in refusal.value.detail
