"""How a card ends before its balance is used: its time runs out, it is revoked, or it was awarded by mistake.

Whatever is on it goes back to the State. Who held it may not get another, unless it was awarded by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chassis.problems import StateConflict
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card, CardState


@dataclass(frozen=True, slots=True)
class Ended:
    """A card that ended: as it is now, and the movement that emptied it (None: there was nothing on it)."""

    card: Card
    movement: Movement | None

    @property
    def amount(self) -> int:
        """Return the rupiah that went back to the State."""
        return 0 if self.movement is None else self.movement.amount


def expire(card: Card, *, completed: bool, movement_id: str, now: datetime) -> Ended | None:
    """Note that a card's time ran out; None where it did not, or that is noted already.

    Where a training of it was completed, and no audit voided that, it is exhausted.
    """
    if card.state is CardState.EXPIRED or card.state_at(now) is not CardState.EXPIRED:
        return None
    state = CardState.EXHAUSTED if completed else CardState.EXPIRED
    return _end(card, state, Cause.EXPIRY, movement_id=movement_id)


def revoke(card: Card, *, running: int, movement_id: str, now: datetime) -> Ended:
    """Revoke a card whose trainings have ended; `running` is how many have not. Raises `StateConflict`."""
    state = card.state_at(now)
    if state in OVER:
        raise StateConflict(_OVER_ALREADY.format(state=state), facts={"state": state.value})
    if running:
        raise StateConflict(_RUNNING, facts={"state": state.value})
    return _end(card, CardState.REVOKED, Cause.REVOCATION, movement_id=movement_id)


def withdraw(card: Card, *, movement_id: str) -> Ended:
    """Take back a card that was awarded by mistake and that nobody used."""
    return _end(card, CardState.WITHDRAWN, Cause.WITHDRAWAL, movement_id=movement_id)


def _end(card: Card, state: CardState, cause: Cause, *, movement_id: str) -> Ended:
    after = replace(card, state=state, balance=0, deadline=None)
    if not card.balance:
        return Ended(after, None)
    movement = Movement(
        movement_id=movement_id,
        cause=cause,
        source=Account.CARD,
        target=Account.STATE,
        amount=card.balance,
        card_ref=card.card_ref,
        enrolment_id=None,
        class_id=None,
        provider_id=None,
    )
    return Ended(after, movement)


OVER = (CardState.EXPIRED, CardState.EXHAUSTED, CardState.REVOKED, CardState.WITHDRAWN)
"""The states of a card that has ended."""

_OVER_ALREADY = "The card is {state} already. There is nothing to revoke."
_RUNNING = (
    "A training of this card is running. Cancel the enrolment first, with the same case as its reason; once its class"
    " has ended, give its result."
)
