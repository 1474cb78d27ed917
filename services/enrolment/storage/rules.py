"""The versions of the rules: those shipped as files, and those that operators scheduled."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.storage.tables.programme import RULE_VERSION
from vocabulary.rule_book import RuleBook
from vocabulary.rule_set import RuleSet, numbers_of
from vocabulary.scheduled_rules import ScheduledVersion, with_scheduled

V = RULE_VERSION.c
READ_EVERY = 60.0
"""Seconds for which a process goes by the versions that it read. Much less than `domain.programme.rule_change.AHEAD`,
which lies between scheduling a version and its taking effect: no process decides by rules that are no more."""

_SCHEDULED = sa.select(RULE_VERSION).where(V.withdrawn_at.is_(None)).order_by(V.effective_from)


@dataclass(frozen=True, slots=True)
class ScheduledRules:
    """A version that an operator scheduled, from which day on, why, by whom and when."""

    rules: RuleSet
    effective_from: date
    reason: str
    scheduled_by: str
    scheduled_at: datetime


class RuleStore:
    """The rules of every day. Any number of threads may ask at once."""

    def __init__(
        self, database: Database, shipped: RuleBook, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` tells seconds; by it the scheduled versions are read again."""
        self._database = database
        self._shipped = shipped
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = -READ_EVERY
        self._book = shipped

    def at(self, connection: sa.Connection, now: datetime) -> RuleSet:
        """Return the rules that are in force at the decision time."""
        return self.book(connection).in_force_at(now)

    def book(self, connection: sa.Connection) -> RuleBook:
        """Return all versions, at most `READ_EVERY` seconds old."""
        began = self._clock()
        if began - self._read_at < READ_EVERY:
            return self._book
        book = self.book_now(connection)
        with self._lock:
            self._book, self._read_at = book, began
        return book

    def book_now(self, connection: sa.Connection) -> RuleBook:
        """Return all versions as they are in this transaction."""
        return with_scheduled(self._shipped, self.scheduled(connection))

    def scheduled(self, connection: sa.Connection) -> list[ScheduledVersion]:
        """Return the versions that operators scheduled and nobody withdrew, in the order of their days."""
        return [_version_of(row) for row in connection.execute(_SCHEDULED)]

    def is_scheduled(self, connection: sa.Connection, version: str) -> bool:
        """Tell whether an operator scheduled a version, and nobody withdrew it."""
        query = sa.select(V.version).where(V.version == version, V.withdrawn_at.is_(None))
        return connection.execute(query).one_or_none() is not None

    def find(self, connection: sa.Connection, version: str) -> RuleSet | None:
        """Return the rules that judged a decision; None where this release does not know their version."""
        dated = self.book(connection).find(version)
        return None if dated is None else dated.rules

    def promised(self, connection: sa.Connection, version: str, *, now: datetime) -> RuleSet:
        """Return the rules that awarded a card; those in force where this release does not know their version."""
        return self.find(connection, version) or self.at(connection, now)

    def was_named(self, connection: sa.Connection, version: str) -> bool:
        """Tell whether a version of this name was ever scheduled, also one that was withdrawn."""
        query = sa.select(V.version).where(V.version == version)
        return connection.execute(query).one_or_none() is not None

    def hold(self, connection: sa.Connection) -> None:
        """Hold the schedule until the transaction ends: of two who change it at once, one waits."""
        self._database.lock_names(connection, ["rules"])

    def add(self, connection: sa.Connection, scheduled: ScheduledRules) -> None:
        """Add a scheduled version."""
        connection.execute(
            sa.insert(RULE_VERSION).values(
                version=scheduled.rules.version,
                effective_from=scheduled.effective_from.isoformat(),
                numbers=json.dumps(numbers_of(scheduled.rules), separators=(",", ":")),
                reason=scheduled.reason,
                scheduled_by=scheduled.scheduled_by,
                scheduled_at=scheduled.scheduled_at,
            )
        )

    def withdraw(self, connection: sa.Connection, version: str, *, now: datetime) -> None:
        """Note that a scheduled version is not to take effect."""
        connection.execute(
            sa.update(RULE_VERSION).where(V.version == version).values(withdrawn_at=now)
        )


def _version_of(row: sa.Row[Any]) -> ScheduledVersion:
    return ScheduledVersion(
        version=row.version,
        effective_from=date.fromisoformat(row.effective_from),
        numbers=json.loads(row.numbers),
        source=row.reason,
    )
