"""Correcting a card's money: two people, a week, and a balance that stays within what a card may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.problems import Problem, StateConflict
from services.enrolment.domain.money.correction import (
    Correction,
    CorrectionState,
    approve,
    refuse,
    withdraw,
)
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.ending import OVER
from tests.services.enrolment.domain.builders import BALANCE, DAY, NOW, PRICE, card
from vocabulary.refusals.cards import BalanceOutOfBounds, CardNotUsable, SamePerson

MOMENT = timedelta.resolution


def proposal(**changes: Any) -> Correction:
    usual = Correction(
        correction_id="correction-1",
        card_ref="card-1",
        amount=-PRICE,
        reason="Dibayar dua kali",
        case_number="BPK-17/2026",
        proposed_by="operator:rina",
        proposed_at=NOW - DAY,
        expires_at=NOW + 6 * DAY,
    )
    return replace(usual, **changes)


def approved(correction: Correction, held: Card, **changes: Any) -> Any:
    usual = {
        "card": held,
        "benefit": BALANCE,
        "set_aside": 0,
        "approver": "operator:budi",
        "movement_id": "movement-1",
        "now": NOW,
    }
    return approve(correction, **{**usual, **changes})


@pytest.mark.parametrize(
    ("amount", "source", "target"),
    [(PRICE, Account.STATE, Account.CARD), (-PRICE, Account.CARD, Account.STATE)],
)
def test_an_approval_moves_the_amount_between_card_and_state(
    amount: int, source: Account, target: Account
) -> None:
    held = card(balance=PRICE)
    done = approved(proposal(amount=amount), held)
    assert done.card == replace(held, balance=PRICE + amount)
    movement = done.movement
    assert (movement.cause, movement.amount) == (Cause.CORRECTION, PRICE)
    assert (movement.source, movement.target) == (source, target)
    assert movement.correction_id == "correction-1"
    decided = done.correction
    assert (decided.state, decided.decided_by, decided.decided_at) == (
        CorrectionState.APPROVED,
        "operator:budi",
        NOW,
    )


@pytest.mark.parametrize(
    ("balance", "amount", "set_aside", "stands"),
    [
        (PRICE, -PRICE, 0, True),
        (PRICE, -PRICE - 1, 0, False),
        (0, BALANCE, 0, True),
        (1, BALANCE, 0, False),
        (BALANCE - PRICE, PRICE, 0, True),
        (BALANCE - PRICE, PRICE, PRICE, False),
        (BALANCE - 2 * PRICE, PRICE, PRICE, True),
        (BALANCE + 5, -5, PRICE, True),
    ],
)
def test_the_balance_stays_from_nothing_to_the_benefit_less_what_is_set_aside(
    balance: int, amount: int, set_aside: int, stands: bool
) -> None:
    """Otherwise a cancellation, which returns what is set aside, would bring it above the benefit."""
    correction, held = proposal(amount=amount), card(balance=balance)
    if stands:
        assert approved(correction, held, set_aside=set_aside).card.balance == balance + amount
        return
    with pytest.raises(BalanceOutOfBounds) as refused:
        approved(correction, held, set_aside=set_aside)
    assert refused.value.facts == {"balance": balance, "most": BALANCE - set_aside}


@pytest.mark.parametrize("state", OVER)
def test_a_card_that_has_ended_is_not_corrected(state: CardState) -> None:
    with pytest.raises(CardNotUsable) as refused:
        approved(proposal(), card(state=state, deadline=None))
    assert refused.value.facts == {"card_state": state.value}


def test_a_card_whose_clock_ran_out_has_ended_also_before_anyone_noted_it() -> None:
    with pytest.raises(CardNotUsable):
        approved(proposal(), card(deadline=NOW))


def test_who_proposed_it_neither_approves_nor_refuses_it_and_alone_withdraws_it() -> None:
    correction = proposal()
    with pytest.raises(SamePerson):
        approved(correction, card(), approver="operator:rina")
    with pytest.raises(SamePerson):
        refuse(correction, by="operator:rina", reason="Salah", now=NOW)
    with pytest.raises(StateConflict):
        withdraw(correction, by="operator:budi", reason="Salah", now=NOW)
    refused = refuse(correction, by="operator:budi", reason="Salah", now=NOW)
    assert (refused.state, refused.decision_reason) == (CorrectionState.REFUSED, "Salah")
    taken_back = withdraw(correction, by="operator:rina", reason="Keliru", now=NOW)
    assert taken_back.state is CorrectionState.WITHDRAWN


@pytest.mark.parametrize("state", list(CorrectionState))
def test_only_what_is_still_proposed_can_be_decided_on(state: CorrectionState) -> None:
    correction = proposal(state=state)
    if state is CorrectionState.EXPIRED:
        correction = proposal(expires_at=NOW)
    attempts = (
        lambda: approved(correction, card()),
        lambda: refuse(correction, by="operator:budi", reason="Salah", now=NOW),
        lambda: withdraw(correction, by="operator:rina", reason="Salah", now=NOW),
    )
    for attempt in attempts:
        if state is CorrectionState.PROPOSED:
            attempt()
            continue
        with pytest.raises(Problem) as refused:
            attempt()
        assert (refused.value.code, refused.value.facts) == ("state-conflict", {"state": state})


def test_a_proposal_stands_until_just_before_its_time_is_over() -> None:
    assert proposal(expires_at=NOW).state_at(NOW) is CorrectionState.EXPIRED
    assert proposal(expires_at=NOW + MOMENT).state_at(NOW) is CorrectionState.PROPOSED
    done = proposal(expires_at=NOW, state=CorrectionState.APPROVED)
    assert done.state_at(NOW + DAY) is CorrectionState.APPROVED
