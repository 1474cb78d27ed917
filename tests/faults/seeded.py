"""Enrolment, broken on purpose: what the verdict must find, or it would find nothing.

gunicorn serves these in the place of `services.enrolment.app:create_app()`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask

from chassis import settlement
from chassis.clock import utc_now
from chassis.idempotency import Answer, StoredAnswers
from chassis.tickets import Ticket
from services.enrolment.app import create_app

PAUSE = 0.15
"""Seconds between what belongs together, so that a kill meets it."""


def tells_before_commit() -> Flask:
    """Acknowledge enrolments a moment before they are committed."""
    attempt = settlement.Settlement._attempt

    def too_early(self: Any, tickets: Sequence[Ticket[Any]], *, hurried: bool) -> None:
        with self._database.writing() as connection:
            held = self._stored.hold(connection, [ticket.key.digest for ticket in tickets])
            firsts = self._without_answer(connection, tickets, held)
            commands = [ticket.command for ticket in firsts.values()]
            outcomes = self._handler.settle(connection, commands) if commands else []
            settled = dict(zip(firsts.values(), outcomes, strict=True))
            answers = {t.key: o for t, o in settled.items() if isinstance(o, Answer)}
            self._stored.store(connection, answers, now=utc_now())
            for ticket, outcome in settled.items():
                ticket.outcome = outcome
            self._tickets.release(list(settled))
            time.sleep(PAUSE)
            connection.commit()
        attempt(self, [t for t in tickets if t.outcome is None], hurried=hurried)

    settlement.Settlement._attempt = too_early  # type: ignore[method-assign]
    return create_app()


def stores_answers_apart() -> Flask:
    """Keep the answers of enrolments in a transaction of their own, a moment after that of the effects."""
    commit, begin = settlement._commit, settlement.Settlement.__init__
    late: list[_Apart] = []

    def begin_apart(self: Any, database: Any, stored: Any, *parts: Any) -> None:
        late.append(_Apart(stored))
        begin(self, database, cast(Any, late[-1]), *parts)

    def commit_twice(connection: sa.Connection, tickets: Sequence[Ticket[Any]]) -> None:
        commit(connection, tickets)
        time.sleep(PAUSE)
        for apart in late:
            apart.store_late(connection)
        connection.commit()

    settlement._commit = commit_twice
    settlement.Settlement.__init__ = begin_apart  # type: ignore[method-assign, assignment]
    return create_app()


class _Apart:
    """Stored answers that are kept back until they are asked for."""

    def __init__(self, stored: StoredAnswers) -> None:
        self.hold, self.read = stored.hold, stored.read
        self._stored = stored
        self._late: list[tuple[Any, Any]] = []

    def store(self, _: sa.Connection, answers: Any, *, now: datetime) -> None:
        """Keep answers back."""
        self._late.append((answers, now))

    def store_late(self, connection: sa.Connection) -> None:
        """Store what was kept back."""
        while self._late:
            answers, now = self._late.pop()
            self._stored.store(connection, answers, now=now)
