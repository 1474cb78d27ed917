"""The service with one part that somebody wrote carelessly, for histories that the checker must refuse.

Each is wrong by itself, not by luck: whoever storms long enough to come by it is told something that cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import sqlalchemy as sa

from chassis.group_commit import GroupCommit
from chassis.idempotency import Answer, StoredAnswer, StoredAnswers
from chassis.tickets import Outcome
from chassis.transaction import Transactions
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.classes import ClassCopy, ClassStore
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import STORED_ANSWER
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.races.deeds import Deeds
from vocabulary.refusals.seats import ClassFull

EVERY = 4
"""Every which time it goes wrong, where it does not always."""


def oversells(service: EnrolmentService) -> Deeds:
    """Whoever enrols finds more seats than there are, and the database is told that there are as many as held."""
    return _enrolling(service, classes=_Generous(service.database))


def keeps_seats_free(service: EnrolmentService) -> Deeds:
    """The class is full for whoever enrols while two seats are left."""
    return _enrolling(service, classes=_Stingy(service.database))


def loses_what_it_confirmed(service: EnrolmentService) -> Deeds:
    """What some batches saved is undone, and their answers are given all the same."""
    return _settling(service, _Losing(service.stores, code_key=service.code_key))


def refuses_what_it_did(service: EnrolmentService) -> Deeds:
    """Somebody is told that the class is full, and has a seat."""
    return _settling(service, _Denying(service.stores, code_key=service.code_key))


def does_it_again(service: EnrolmentService) -> Deeds:
    """A key that comes again is a new one: nobody keeps what was answered."""
    answers = _Forgotten(service.database, STORED_ANSWER)
    handler = EnrolHandler(service.stores, code_key=service.code_key)
    return Deeds(
        replace(
            service,
            enrolments=GroupCommit(service.database.apart(), answers, handler),
            transactions=Transactions(service.database, answers),
        )
    )


def keeps_the_seats_of_who_left(service: EnrolmentService) -> Deeds:
    """Whoever gives a seat back is out of the class, and the seat stays held."""
    return _with_classes(service, _Keeping(service.database))


def passes_news_over(service: EnrolmentService) -> Deeds:
    """Every other time, what the catalogue tells of a class is acknowledged and not copied."""
    return _with_classes(service, _Deaf(service.database))


class ReadsTheLastTime(Deeds):
    """Seats are read from what was read before, as from a cache that nobody empties for a while."""

    def __init__(self, service: EnrolmentService) -> None:
        super().__init__(service)
        self._kept: dict[str, tuple[int, ...]] = {}
        self._times = count(1)

    def availability(self, class_id: str) -> tuple[int, ...]:
        """Read the seats of a class anew now and then only."""
        if class_id not in self._kept or next(self._times) % EVERY == 0:
            self._kept[class_id] = super().availability(class_id)
        return self._kept[class_id]


class _Generous(ClassStore):
    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        return _with_seats(super().lock(connection, class_ids), more=2)

    def save_held(
        self,
        connection: sa.Connection,
        classes: Sequence[TrainingClass],
        *,
        before: Mapping[str, TrainingClass],
    ) -> None:
        for each in classes:
            seats = max(each.declared_seats - 2, each.held)
            update = sa.update(TRAINING_CLASS).values(effective_seats=seats)
            connection.execute(update.where(TRAINING_CLASS.c.class_id == each.class_id))
        super().save_held(connection, classes, before=before)


class _Stingy(ClassStore):
    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        return _with_seats(super().lock(connection, class_ids), more=-2)


class _Keeping(ClassStore):
    def save_held(
        self,
        connection: sa.Connection,
        classes: Sequence[TrainingClass],
        *,
        before: Mapping[str, TrainingClass],
    ) -> None:
        taking = [each for each in classes if each.held > before[each.class_id].held]
        super().save_held(connection, taking, before=before)


class _Deaf(ClassStore):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._times = count(1)

    def put(self, connection: sa.Connection, copies: Sequence[ClassCopy]) -> None:
        if next(self._times) % 2 == 0:
            super().put(connection, copies)


class _NowAndThen(EnrolHandler):
    """Goes wrong every so many times, as its kinds say."""

    def __init__(self, stores: Stores, *, code_key: bytes) -> None:
        super().__init__(stores, code_key=code_key)
        self._times = count(1)

    def goes_wrong(self) -> bool:
        """Count once more, and tell whether this is a time at which it goes wrong."""
        return next(self._times) % EVERY == 0


class _Losing(_NowAndThen):
    def settle(
        self, connection: sa.Connection, commands: Sequence[EnrolCommand]
    ) -> Sequence[Outcome]:
        if not self.goes_wrong():
            return super().settle(connection, commands)
        with connection.begin_nested() as saved:
            outcomes = super().settle(connection, commands)
            saved.rollback()
        return outcomes


class _Denying(_NowAndThen):
    def settle(
        self, connection: sa.Connection, commands: Sequence[EnrolCommand]
    ) -> Sequence[Outcome]:
        outcomes = super().settle(connection, commands)
        return [
            ClassFull() if isinstance(each, Answer) and self.goes_wrong() else each
            for each in outcomes
        ]


class _Forgotten(StoredAnswers):
    def read(self, *_: object) -> dict[str, StoredAnswer]:
        return {}

    def store(self, *_: object, **__: object) -> None:
        pass


def _with_seats(classes: Mapping[str, TrainingClass], *, more: int) -> dict[str, TrainingClass]:
    return {
        class_id: replace(each, declared_seats=each.declared_seats + more)
        for class_id, each in classes.items()
    }


def _with_classes(service: EnrolmentService, classes: ClassStore) -> Deeds:
    return Deeds(replace(service, stores=replace(service.stores, classes=classes)))


def _enrolling(service: EnrolmentService, *, classes: ClassStore) -> Deeds:
    stores = replace(service.stores, classes=classes)
    return _settling(service, EnrolHandler(stores, code_key=service.code_key))


def _settling(service: EnrolmentService, handler: EnrolHandler) -> Deeds:
    commits = GroupCommit(service.database.apart(), service.stores.answers, handler)
    return Deeds(replace(service, enrolments=commits))
