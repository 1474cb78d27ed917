"""Money moves from one account to another, in one row: what leaves one arrives at the other, so every sum is zero."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """Whose money it is."""

    STATE = "state"
    CARD = "card"
    SET_ASIDE = "set_aside"
    PAID = "paid"
    INCENTIVE = "incentive"
    """What the State owes holders as incentives."""


class Cause(StrEnum):
    """Why money moved."""

    AWARD = "award"
    ENROLMENT = "enrolment"
    CANCELLATION = "cancellation"
    CORRECTION = "correction"
    EXPIRY = "expiry"
    INCENTIVE = "incentive"
    """An incentive became due."""
    REVOCATION = "revocation"
    UNFINISHED = "unfinished"
    """A training ended without being completed."""
    VOIDING = "voiding"
    """A result was voided after an audit."""
    WITHDRAWAL = "withdrawal"
    """A card that was awarded by mistake was taken back."""


@dataclass(frozen=True, slots=True)
class Movement:
    """So many rupiah from one account to another, for one card. Never edited; undone by an opposite movement."""

    movement_id: str
    cause: Cause
    source: Account
    target: Account
    amount: int
    card_ref: str
    enrolment_id: str | None
    class_id: str | None
    provider_id: str | None
    correction_id: str | None = None
