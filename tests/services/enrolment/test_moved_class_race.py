"""A class that is moved while somebody enrols: who got in before is told, however the two meet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.group_commit import GroupCommit
from chassis.journal import Entry, Journal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.classes import ClassStore
from services.enrolment.storage.tables.journal import JOURNAL
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.services.enrolment.house import House, document, with_service

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
"""On SQLite one transaction at a time writes, from its beginning."""

PATIENCE = 20.0


class UnlockedClasses(ClassStore):
    """Classes that are read instead of locked."""

    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        return self.find_all(connection, class_ids)


class JournalThatWaits(Journal):
    """A journal that lets a class be moved between the decision about a seat and its commit."""

    def __init__(self, house: House) -> None:
        super().__init__(house.service.database, JOURNAL)
        self.was_decided = threading.Event()
        self.goes_on = threading.Event()

    def append(self, connection: sa.Connection, entries: Sequence[Entry], *, now: datetime) -> int:
        if any(entry.kind == EntryKind.ENROLMENT_CONFIRMED for entry in entries):
            self.was_decided.set()
            self.goes_on.wait(PATIENCE)
        return super().append(connection, entries, now=now)


def exit_of_who_enrols_while_the_class_moves(house: House, *, guarded: bool) -> Any:
    """Return until when somebody may leave who got the last word before the class was moved; None: not at all."""
    class_id, card = house.put_class(), house.award()
    journal = JournalThatWaits(house)
    stores = replace(house.service.stores, journal=journal)
    handler = EnrolHandler(stores, code_key=house.service.code_key)
    commits = GroupCommit(house.service.database, stores.answers, handler)
    enrolling = with_service(house, replace(house.service, stores=stores, enrolments=commits))
    moving = house
    if not guarded:
        careless = UnlockedClasses(house.service.database)
        loose = replace(house.service.stores, classes=careless)
        moving = with_service(house, replace(house.service, stores=loose))
    taken: list[str] = []
    enrols = threading.Thread(
        target=lambda: taken.append(enrolling.enrolled(card, class_id)["id"]), daemon=True
    )
    enrols.start()
    assert journal.was_decided.wait(PATIENCE)
    moves = threading.Thread(target=lambda: moving.move_class(class_id), daemon=True)
    moves.start()
    moves.join(1.0)
    journal.goes_on.set()
    for each in (enrols, moves):
        each.join(PATIENCE)
    commits.close()
    shown = document(house.get(f"/enrolments/{taken[0]}", "holder", card=card.card_ref))
    return shown.get("free_exit_until")


def test_who_enrols_while_the_class_is_moved_is_told_of_it(house: House) -> None:
    assert exit_of_who_enrols_while_the_class_moves(house, guarded=True) is not None
    assert house.differences() == []


def test_if_the_class_were_not_locked_that_person_would_not_be_told(house: House) -> None:
    assert exit_of_who_enrols_while_the_class_moves(house, guarded=False) is None
