"""A new version of the rules: until when it may be scheduled, what it changes, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chassis.clock import write_instant
from vocabulary.refusals.rules import RulesTooLate
from vocabulary.rule_book import beginning_of
from vocabulary.rule_set import NUMBERS, RuleSet, numbers_of, row_of

AHEAD: Final = timedelta(hours=1)
"""Before a version takes effect it is settled for so long: every process has read it by then, and nobody changes it."""


class Whom(StrEnum):
    """For whom a number of the rules makes a difference once it takes effect."""

    NEW_CARDS = "new-cards"
    """Whoever is awarded a card from then on."""

    WAITING_CARDS = "waiting-cards"
    """Holders who can buy a class now."""

    CARDS_IN_TRAINING = "cards-in-training"
    """Holders whose training runs."""

    EXCLUSION_CASES = "exclusion-cases"
    """Cases about holders on a list of people who may have none: steps that are taken from then on."""

    NEW_COURSES = "new-courses"
    """Courses and classes that providers bring in from then on."""


_OF_ROW: Final[Mapping[str, Whom]] = {
    "benefit per person": Whom.NEW_CARDS,
    "who": Whom.NEW_CARDS,
    "not": Whom.NEW_CARDS,
    "exclusion case": Whom.EXCLUSION_CASES,
    "per family card": Whom.NEW_CARDS,
    "once": Whom.NEW_CARDS,
    "first purchase": Whom.NEW_CARDS,
    "next purchase": Whom.WAITING_CARDS,
    "no swap": Whom.CARDS_IN_TRAINING,
    "certificate": Whom.CARDS_IN_TRAINING,
    "programme size": Whom.NEW_CARDS,
    "length": Whom.NEW_COURSES,
    "theory : practice": Whom.NEW_COURSES,
    "class size": Whom.NEW_COURSES,
}


_OF_NUMBER: Final[Mapping[str, Sequence[Whom]]] = {
    "live_enrolments": (Whom.CARDS_IN_TRAINING,),
    "next_purchase_days": (Whom.CARDS_IN_TRAINING,),
    # What a new card holds is the most that a course costs.
    "training_balance": (Whom.NEW_CARDS, Whom.NEW_COURSES),
    "wait_after_unfinished_days": (Whom.CARDS_IN_TRAINING,),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A number that is another one in the new version; clocks that run already keep the time they were given."""

    number: str
    before: Any
    after: Any

    @property
    def row(self) -> str:
        """Return which row of the programme's table of rules it is."""
        return row_of(self.number)

    @property
    def whom(self) -> Sequence[Whom]:
        """Return for whom it makes a difference."""
        return _OF_NUMBER.get(self.number) or (_OF_ROW[self.row],)


NOT_JUDGED_BY: Final = frozenset(
    {
        "once_in_a_lifetime",
        "practice_percent",
    }
)
"""Numbers by which nothing is judged yet: nobody schedules them to be others."""


def changes_between(before: RuleSet, after: RuleSet) -> list[Change]:
    """Return the numbers that differ, in the order of the table."""
    old, new = numbers_of(before), numbers_of(after)
    return [Change(name, old[name], new[name]) for name in NUMBERS if old[name] != new[name]]


def check_ahead(effective_from: date, *, now: datetime) -> None:
    """Raise `RulesTooLate` where a day begins so soon that its rules are settled."""
    begins = beginning_of(effective_from)
    if now > begins - AHEAD:
        raise RulesTooLate(facts={"begins": write_instant(begins)})
