"""What all rules of the machines work with: what there is, whom to choose, and what an answer is checked by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from werkzeug.test import TestResponse

from services.enrolment.storage.tables.programme import CARD
from tests.chassis.problem_documents import problem
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard, Person
from tests.services.enrolment.stateful.expected import (
    GIVES_PLACE_BACK,
    Admission,
    Course,
    Holder,
    Training,
    Wave,
)

Thing = TypeVar("Thing")
BANDUNG, BENGKULU = "32.73", "17.71"
UNKNOWN = "0000000000000000"
"""Stands for the number of a card that was drawn: only its holder is told."""

SERIALS = count(1)


class Scene(RuleBasedStateMachine):
    """Waves, cards, classes and trainings of one walk, and what is expected of each."""

    house: ClassVar[House]

    def __init__(self) -> None:
        super().__init__()
        self.waves: list[Wave] = []
        self.admissions: list[Admission] = []
        self.holders: list[Holder] = []
        self.courses: list[Course] = []
        self.pauses: dict[tuple[str, str | None], str] = {}
        self.suspended: set[str] = set()
        self.listed: set[str] = set()
        self.seen: list[Person] = []

    def pick(self, data: st.DataObject, things: Sequence[Thing]) -> Thing:
        """Choose one of several, the first of which a shrunk example takes."""
        return things[data.draw(st.integers(0, len(things) - 1))]

    def pick_one(
        self, data: st.DataObject, things: Sequence[Thing], *, fit: Callable[[Thing], bool]
    ) -> Thing:
        """Choose one of several, every other time one for which what is asked for will be done, if there is one."""
        fitting = [thing for thing in things if fit(thing)]
        eager: bool = data.draw(st.booleans())
        return self.pick(data, fitting if fitting and eager else things)

    def trainings(self, *states: str) -> list[tuple[Holder, Training]]:
        """Return the trainings that stand so, by default all."""
        return [
            (holder, training)
            for holder in self.holders
            for training in holder.trainings
            if not states or training.state in states
        ]

    def somebody(self) -> Person:
        """Return somebody new, whose name is no beginning of another's."""
        serial = next(SERIALS)
        person = replace(next(self.house.supply), name=f"Ayu {serial:05d} Lestari")
        self.seen.append(person)
        return person

    def is_paused(self, what: str, regency: str) -> bool:
        """Tell whether a pause holds for people of a regency."""
        return any((what, region) in self.pauses for region in (None, regency, regency[:2]))

    def is_admitting(self) -> bool:
        """Tell whether a draw is under way."""
        return any(wave.is_admitting for wave in self.waves)

    def awarded(self, wave: Wave, person: Person, card_ref: str, number: str) -> Holder:
        """Note that somebody was awarded a card."""
        holder = Holder(HeldCard(person, number, card_ref), wave, person.regency)
        self.holders.append(holder)
        return holder

    def admitted(self, wave: Wave, holders: list[Holder]) -> None:
        """Note that people were admitted at once."""
        query = sa.select(CARD.c.admission_id).where(CARD.c.card_ref == holders[0].card.card_ref)
        self.admissions.append(Admission(str(self.rows(query)[0][0]), wave, holders))

    def card_ref(self, number: str) -> str:
        """Return the reference of a card."""
        with self.house.service.database.reading() as connection:
            find = self.house.service.stores.persons.card_ref_by_number
            return find(connection, number) or ""

    def an_operator(self) -> str:
        """Return an operator who has not named a card yet: how many one may name in a minute is bounded."""
        return f"operator:{next(SERIALS)}"

    def as_expected(self, answer: TestResponse, why_not: str | None, status: int = 200) -> Any:
        """Check that an answer is the refusal that is due, or else what was asked for, and return its document."""
        if why_not is None:
            return document(answer, status)
        told = problem(answer)
        assert told["code"] == why_not, told
        return None

    def used(self, wave: Wave, counts: Callable[[Person], bool]) -> int:
        """Return how many cards of a wave hold a place that is counted."""
        return sum(
            holder.wave is wave and counts(holder.card.person)
            for holder in self.holders
            if holder.state not in GIVES_PLACE_BACK
        )

    def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """Ask the database."""
        with self.house.service.database.reading() as connection:
            return connection.execute(query).all()
