"""A card: what its holder may still spend, by when, and whether it can be used at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CardState(StrEnum):
    """Where a card stands (programme, "Two clocks, two state machines")."""

    AWARDED = "awarded"
    IN_TRAINING = "in_training"
    BETWEEN = "between"
    EXPIRED = "expired"
    """Its time ran out before a training was completed: whatever it was to give was given to nobody."""

    REVOKED = "revoked"
    EXHAUSTED = "exhausted"
    """Its time ran out after a training was completed: its holder has had the benefit."""

    WITHDRAWN = "withdrawn"
    """It was awarded by mistake, and taken back before anybody used it: nobody ever rightly held it."""

    BARRED = "barred"
    """An exclusion of its holder stands. It is never written: the state beside it is that in which it goes on."""


LIVE_STATES = frozenset(
    {
        CardState.AWARDED,
        CardState.IN_TRAINING,
        CardState.BETWEEN,
        CardState.BARRED,
    }
)
"""A card in one of these states has not ended."""


class Scheme(StrEnum):
    """Which kind of class a card was granted for."""

    DIGITAL = "digital"
    OFFLINE = "offline"


MODE_OF_SCHEME = {Scheme.DIGITAL: "online", Scheme.OFFLINE: "offline"}


@dataclass(frozen=True, slots=True)
class Card:
    """A card as its row stands.

    `deadline` is when the present clock runs out; None while no clock runs. `region` is where its holder lives.
    `clock_from` is as of when `deadline` is told: from then on the clock runs, unless it stands still. While the card
    is barred, `barred_at` says since when, and while nobody enrols where its holder lives, `paused_at`. Its clock
    stands still at the earlier of the two, and `deadline` is told as of then.
    """

    card_ref: str
    scheme: Scheme
    state: CardState
    balance: int
    deadline: datetime | None
    region: str
    barred_at: datetime | None = None
    paused_at: datetime | None = None
    clock_from: datetime | None = None

    def state_at(self, now: datetime) -> CardState:
        """Return the state at an instant: a card whose clock ran out is expired, also before anyone noted it.

        Whether it is exhausted instead is seen when that is noted. For every rule both have ended alike.
        """
        if self.barred_at is not None and self.state in LIVE_STATES:
            return CardState.BARRED
        waiting = self.state in (CardState.AWARDED, CardState.BETWEEN)
        if waiting and self.deadline is not None and self.deadline <= self.clock_at(now):
            return CardState.EXPIRED
        return self.state

    def clock_at(self, now: datetime) -> datetime:
        """Return what its clock shows at an instant: while it stands still, since when it does."""
        return min(each for each in (self.barred_at, self.paused_at, now) if each is not None)

    @property
    def runs_out_at(self) -> datetime | None:
        """Return when its clock runs out; None while none runs, or it stands still."""
        return self.deadline if self.barred_at is self.paused_at is None else None
