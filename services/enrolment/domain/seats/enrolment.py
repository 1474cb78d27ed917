"""An enrolment and its states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.training_class import Meeting


class EnrolmentState(StrEnum):
    """Where an enrolment stands (programme, "Two clocks, two state machines")."""

    CONFIRMED = "confirmed"
    ACTIVE = "active"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    NO_SHOW = "no_show"
    VOIDED = "voided"
    CANCELLED = "cancelled"


HOLDS_A_SEAT = frozenset({EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE})
"""The states of a running training: a seat is held, and the card is in training."""

HAS_A_RESULT = frozenset(
    {EnrolmentState.COMPLETED, EnrolmentState.INCOMPLETE, EnrolmentState.NO_SHOW}
)
"""The states of a training that was judged by its evidence. Its seat was used: it is not given to anybody else."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One card in one class, with what is needed to undo it: the card's state and clock before the purchase.

    `track` is the class's as it was known then (None where it was not): by it the enrolment is counted.

    `holder_due_at` and `provider_due_at` are by when its holder and its provider have to do what is theirs; None where
    nothing is, or nobody has written it down yet. `open_again_at` is from when on the card may buy again after a
    training that was not completed; None where the rules let it at once.

    `assisted` says that an officer or operator took the seat in the holder's name, `consent` that the holder agreed.
    """

    enrolment_id: str
    card_ref: str
    class_id: str
    provider_id: str
    track: str | None
    state: EnrolmentState
    price: int
    enrolled_at: datetime
    live_slot: int | None
    card_state_before: CardState
    card_deadline_before: datetime | None
    rule_version: str
    reviewed: bool = False
    holder_due_at: datetime | None = None
    provider_due_at: datetime | None = None
    open_again_at: datetime | None = None
    assisted: bool = False
    consent: bool = False

    @property
    def is_live(self) -> bool:
        """Tell whether the training is running and holds a seat."""
        return self.state in HOLDS_A_SEAT


@dataclass(frozen=True, slots=True)
class PastEnrolment:
    """What is looked at of a card's other enrolments where one begins or ends (cancelled ones left out)."""

    class_id: str
    state: EnrolmentState
    enrolled_at: datetime
    live_slot: int | None
    reviewed: bool
    meetings: tuple[Meeting, ...]
    open_again_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether that training is running."""
        return self.state in HOLDS_A_SEAT

    @property
    def owes_review(self) -> bool:
        """Tell whether that training was completed and not reviewed yet."""
        return self.state is EnrolmentState.COMPLETED and not self.reviewed
