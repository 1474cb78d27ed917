"""The rules in force, as data: every number a decision compares with comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the programme's rules.

    Money in rupiah. `live_enrolments` is how many trainings a card may have running at once.
    """

    version: str
    training_balance: int
    first_purchase: timedelta
    next_purchase: timedelta
    live_enrolments: int
    holder_may_cancel: bool
    result_due: timedelta
