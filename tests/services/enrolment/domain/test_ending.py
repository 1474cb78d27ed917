"""How cards end: what was on them goes back to the State, and nobody ends one twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.problems import StateConflict
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.ending import OVER, Ended, expire, revoke, withdraw
from services.enrolment.domain.programme.quota import HOLDS_NO_PLACE
from tests.services.enrolment.domain.builders import BALANCE, DAY, NOW, card

DEADLINE = NOW + 15 * DAY
IN_USE = [CardState.AWARDED, CardState.BETWEEN, CardState.IN_TRAINING]


def emptied(ended: Ended | None, state: CardState, cause: Cause) -> None:
    assert ended is not None
    after, movement = ended.card, ended.movement
    assert (after.state, after.balance, after.deadline) == (state, 0, None)
    assert after.state_at(NOW + 999 * DAY) is state
    assert movement is not None
    assert (movement.cause, movement.amount, ended.amount) == (cause, BALANCE, BALANCE)
    assert (movement.source, movement.target) == (Account.CARD, Account.STATE)


@pytest.mark.parametrize(
    ("state", "completed", "ends"),
    [
        (CardState.AWARDED, False, CardState.EXPIRED),
        (CardState.BETWEEN, False, CardState.EXPIRED),
        (CardState.BETWEEN, True, CardState.EXHAUSTED),
    ],
)
def test_a_card_whose_time_ran_out_ends_by_whether_anything_was_completed(
    state: CardState, completed: bool, ends: CardState
) -> None:
    waiting = card(state=state)
    too_early = DEADLINE - timedelta(microseconds=1)
    assert expire(waiting, completed=completed, movement_id="m", now=too_early) is None
    ended = expire(waiting, completed=completed, movement_id="m", now=DEADLINE)
    emptied(ended, ends, Cause.EXPIRY)


@pytest.mark.parametrize("completed", [True, False])
@pytest.mark.parametrize("state", [CardState.IN_TRAINING, *OVER])
def test_a_card_that_waits_for_nothing_does_not_expire(state: CardState, completed: bool) -> None:
    assert expire(card(state=state), completed=completed, movement_id="m", now=DEADLINE) is None


def test_who_had_the_benefit_of_a_card_keeps_its_place() -> None:
    keep = {CardState.EXHAUSTED, CardState.REVOKED}
    assert {*OVER} - HOLDS_NO_PLACE == keep
    assert not HOLDS_NO_PLACE - {*OVER}


@pytest.mark.parametrize("state", IN_USE)
def test_a_card_is_revoked_whatever_it_waits_for(state: CardState) -> None:
    ended = revoke(card(state=state), running=0, movement_id="m", now=NOW)
    emptied(ended, CardState.REVOKED, Cause.REVOCATION)


@pytest.mark.parametrize("state", OVER)
def test_a_card_that_has_ended_is_not_revoked(state: CardState) -> None:
    with pytest.raises(StateConflict) as refusal:
        revoke(card(state=state), running=0, movement_id="m", now=NOW)
    assert refusal.value.facts == {"state": state.value}


def test_a_card_whose_time_ran_out_is_not_revoked_before_anybody_noted_it() -> None:
    with pytest.raises(StateConflict) as refusal:
        revoke(card(), running=0, movement_id="m", now=DEADLINE)
    assert refusal.value.facts == {"state": "expired"}


def test_a_card_whose_training_is_running_is_not_revoked() -> None:
    with pytest.raises(StateConflict, match="Cancel the enrolment first"):
        revoke(card(state=CardState.IN_TRAINING), running=1, movement_id="m", now=NOW)


def test_a_card_that_was_awarded_by_mistake_is_withdrawn() -> None:
    emptied(withdraw(card(), movement_id="m"), CardState.WITHDRAWN, Cause.WITHDRAWAL)


def test_an_empty_card_ends_without_a_movement() -> None:
    ended = revoke(card(balance=0), running=0, movement_id="m", now=NOW)
    assert (ended.movement, ended.amount) == (None, 0)
