"""A correction of a card's money: one person proposes it, another approves or refuses it; the rules judge it then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chassis.problems import StateConflict
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import OVER
from vocabulary.refusals.cards import BalanceOutOfBounds, CardNotUsable, SamePerson

STANDS_FOR = timedelta(days=7)
"""How long a proposal can be approved; what was right to correct may not be a week later."""

MOST_CORRECTED = 3_500_000
"""Rupiah that one correction moves at most, in either direction; what is more takes several."""


class CorrectionState(StrEnum):
    """Where a correction stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    """Its money has moved."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody decided in time. It is never written: a proposal whose time has passed is expired, whoever looks."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as its row stands. `amount` is in rupiah: more on the card, or, below zero, less.

    `proposed_by` and `decided_by` are subjects of credentials. Who decides on a proposal is somebody else; who
    withdraws it is the one who made it.
    """

    correction_id: str
    card_ref: str
    amount: int
    reason: str
    case_number: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: CorrectionState = CorrectionState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None

    def state_at(self, now: datetime) -> CorrectionState:
        """Return the state at an instant: a proposal whose time has passed is expired."""
        if self.state is CorrectionState.PROPOSED and self.expires_at <= now:
            return CorrectionState.EXPIRED
        return self.state


@dataclass(frozen=True, slots=True)
class Approved:
    """A correction took effect: how it stands, the movement, and the card afterwards."""

    correction: Correction
    movement: Movement
    card: Card


def check_not_over(card: Card, now: datetime) -> None:
    """Raise `CardNotUsable` where a card has ended: its money is corrected no more, nor is that proposed."""
    state = card.state_at(now)
    if state in OVER:
        raise CardNotUsable(_FINAL.format(state=state), facts={"card_state": state.value})


def approve(
    correction: Correction,
    *,
    card: Card,
    benefit: int,
    set_aside: int,
    approver: str,
    movement_id: str,
    now: datetime,
) -> Approved:
    """Let a correction take effect, judged by what is true now.

    `benefit` is the balance with which the card was awarded, `set_aside` what its running trainings hold and a
    cancellation would return. Raises `StateConflict` unless it is still proposed, `SamePerson`, `CardNotUsable`,
    `BalanceOutOfBounds`.
    """
    decided = _decided(correction, CorrectionState.APPROVED, by=approver, reason=None, now=now)
    check_not_over(card, now)
    balance = card.balance + correction.amount
    most = max(benefit - set_aside, 0)
    if balance < 0 or (correction.amount > 0 and balance > most):
        raise BalanceOutOfBounds(facts={"balance": card.balance, "most": most})
    return Approved(decided, _movement(correction, movement_id), replace(card, balance=balance))


def refuse(correction: Correction, *, by: str, reason: str, now: datetime) -> Correction:
    """Refuse a correction. Raises `StateConflict` unless it is still proposed, `SamePerson`."""
    return _decided(correction, CorrectionState.REFUSED, by=by, reason=reason, now=now)


def withdraw(correction: Correction, *, by: str, reason: str, now: datetime) -> Correction:
    """Take a proposal back. Raises `StateConflict` unless it is still proposed, and by whom it was not proposed."""
    _check_open(correction, now)
    if by != correction.proposed_by:
        raise StateConflict(_NOT_YOURS, facts={"state": correction.state.value})
    return _with_decision(correction, CorrectionState.WITHDRAWN, by=by, reason=reason, now=now)


def _decided(
    correction: Correction, state: CorrectionState, *, by: str, reason: str | None, now: datetime
) -> Correction:
    _check_open(correction, now)
    if by == correction.proposed_by:
        raise SamePerson
    return _with_decision(correction, state, by=by, reason=reason, now=now)


def _check_open(correction: Correction, now: datetime) -> None:
    state = correction.state_at(now)
    if state is not CorrectionState.PROPOSED:
        raise StateConflict(_CLOSED[state], facts={"state": state.value})


def _with_decision(
    correction: Correction, state: CorrectionState, *, by: str, reason: str | None, now: datetime
) -> Correction:
    return replace(correction, state=state, decided_by=by, decided_at=now, decision_reason=reason)


def _movement(correction: Correction, movement_id: str) -> Movement:
    gives = correction.amount > 0
    return Movement(
        movement_id=movement_id,
        cause=Cause.CORRECTION,
        source=Account.STATE if gives else Account.CARD,
        target=Account.CARD if gives else Account.STATE,
        amount=abs(correction.amount),
        card_ref=correction.card_ref,
        enrolment_id=None,
        class_id=None,
        provider_id=None,
        correction_id=correction.correction_id,
    )


_FINAL = "The card is {state}: what was on it is the State's, and is not corrected any more."
_NOT_YOURS = "Only who proposed a correction withdraws it. Refuse it instead."
_CLOSED = {
    CorrectionState.APPROVED: "This correction was approved, and its money has moved. Undo it by an opposite one.",
    CorrectionState.REFUSED: "This correction was refused. Propose it anew where that was wrong.",
    CorrectionState.WITHDRAWN: "This correction was withdrawn. Propose it anew where it is still needed.",
    CorrectionState.EXPIRED: "Nobody decided on this correction within its time. Propose it anew.",
}
