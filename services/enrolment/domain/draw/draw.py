"""A draw among the applications of a wave: what is published, in which order, and what it then comes to.

Each step stands on the one before, and none is taken twice: see docs/fair-draw.md for what each keeps whom from doing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chassis.clock import write_instant
from chassis.problems import FieldError, ValidationFailed
from services.enrolment.domain.draw.application import ApplicationState, Verdict
from vocabulary.refusals.draw import (
    DrawTooEarly,
    DrawUnderWay,
    OutsideValueFixed,
    OutsideValueTooOld,
)


class DrawState(StrEnum):
    """How far a draw is published."""

    ANNOUNCED = "announced"
    """The hash of the secret, and where the outside value will come from."""

    LISTED = "listed"
    """Which applications take part: how many, and the root over them."""

    SETTLED = "settled"
    """The outside value: from now on the order is certain, whoever works it out."""

    ORDERED = "ordered"
    """The order."""

    REVEALED = "revealed"
    """The secret; people are admitted in the order."""

    DONE = "done"
    """Every application is judged."""


class Step(StrEnum):
    """What is to be done next with a draw, by whoever comes by; what only an operator can do is none of these."""

    CLOSE = "close"
    LIST = "list"
    ORDER = "order"
    REVEAL = "reveal"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class RootOf:
    """The root over a list of so many applications, and since when it is published."""

    size: int
    root: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutsideValue:
    """A random value that nobody here could choose: where it stands for everybody to see, and since when."""

    value: str
    source: str
    published_at: datetime
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw as far as it is; what is None has not come yet. `secret` is None until it is revealed."""

    wave_id: str
    outside_source: str
    commitment: str
    announced_at: datetime
    closed_at: datetime | None = None
    listed: RootOf | None = None
    outside: OutsideValue | None = None
    ordered: RootOf | None = None
    secret: str | None = field(default=None, repr=False)
    revealed_at: datetime | None = None
    drawn: int = 0
    refused: int = 0
    not_drawn: int = 0
    ended_at: datetime | None = None

    @property
    def judged(self) -> int:
        """Return how many applications are judged: those that were drawn first."""
        return self.drawn + self.refused + self.not_drawn

    @property
    def state(self) -> DrawState:
        """Return how far the draw is published."""
        return next((state for state, since in self._reached if since), DrawState.ANNOUNCED)

    def state_at(self, instant: datetime) -> DrawState:
        """Return how far the draw was published at an instant."""
        states = (state for state, since in self._reached if since and since <= instant)
        return next(states, DrawState.ANNOUNCED)

    @property
    def _reached(self) -> Iterator[tuple[DrawState, datetime | None]]:
        """Yield since when the draw is so far, the last state first."""
        yield DrawState.DONE, self.ended_at
        yield DrawState.REVEALED, self.revealed_at
        yield DrawState.ORDERED, self.ordered.at if self.ordered else None
        yield DrawState.SETTLED, self.outside.entered_at if self.outside else None
        yield DrawState.LISTED, self.listed.at if self.listed else None

    def is_closed_at(self, instant: datetime) -> bool:
        """Tell whether applications were closed by an instant."""
        return self.closed_at is not None and self.closed_at <= instant

    def next_step(self, *, now: datetime, closes_at: datetime) -> Step | None:
        """Return what is to be done next; None while the window or an operator is waited for, and at the end."""
        if self.closed_at is None:
            return Step.CLOSE if now >= closes_at else None
        if self.listed is None:
            return Step.LIST
        if self.outside is None:
            return None
        if self.ordered is None:
            return Step.ORDER
        if self.secret is None:
            return Step.REVEAL
        return Step.ADMIT if self.ended_at is None else None

    def check_reached(self, needed: DrawState) -> None:
        """Raise `DrawTooEarly` where something is not published yet."""
        order = list(DrawState)
        if order.index(self.state) < order.index(needed):
            raise DrawTooEarly(facts={"state": self.state.value, "needs": needed.value})

    def check_not_under_way(self) -> None:
        """Raise `DrawUnderWay` where places would be given to, or taken from, people whose turn is known."""
        if self.outside is not None and self.ended_at is None:
            raise DrawUnderWay(facts={"state": self.state.value})

    def check_outside(self, *, published_at: datetime, now: datetime) -> None:
        """Raise the refusal of an outside value that comes too early, a second time, or was known too early."""
        self.check_reached(DrawState.LISTED)
        if self.outside is not None:
            raise OutsideValueFixed
        if published_at > now:
            raise ValidationFailed(errors=[FieldError("/published_at", _NOT_YET)])
        if self.listed is not None and published_at <= self.listed.at:
            raise OutsideValueTooOld(facts={"listed_at": write_instant(self.listed.at)})

    def after(self, verdicts: list[Verdict], *, now: datetime) -> Draw:
        """Return the draw once the applications that are next in the order are judged."""
        states = [verdict.state for verdict in verdicts]
        further = replace(
            self,
            drawn=self.drawn + states.count(ApplicationState.DRAWN),
            refused=self.refused + states.count(ApplicationState.REFUSED),
            not_drawn=self.not_drawn + states.count(ApplicationState.NOT_DRAWN),
        )
        return further.ended(now) if further.is_judged_whole else further

    @property
    def is_judged_whole(self) -> bool:
        """Tell whether every application is judged."""
        return self.ordered is not None and self.judged == self.ordered.size

    def ended(self, now: datetime) -> Draw:
        """Return the draw once nothing is left to be done."""
        return replace(self, ended_at=now)


_NOT_YET = "Send the instant at which the source published the value; it lies in the past."
