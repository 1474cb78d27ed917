"""The commit site for one command at a time. (The other one is `chassis.group_commit`; there is no third.)

A use case receives an open connection and never commits. What was lost to a passing fault is done again; a connection
lost at COMMIT means that nobody knows, and only a command with an idempotency key can find out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from chassis.database import Database
from chassis.faults import Fault, fault_of
from chassis.idempotency import KEPT_FOR, Answer, IdempotencyKey, StoredAnswers
from chassis.problems import IdempotencyKeyReused, OutcomeUnknown, RequestInFlight, Unavailable
from chassis.time_left import LONGEST_WAIT

ATTEMPTS = 3
BETWEEN_TWINS = 0.05

TWINS_WAITING = 4
"""How many twins of commands under way wait in one process at most; each takes one of its threads, of which there are
sixteen unless it is told otherwise. Whoever repeats one request often must not keep everybody else from being served.
"""

_PASSING = (Fault.RETRY, Fault.DISCONNECTED)
Result = TypeVar("Result")


class _KeyHeld(Exception):
    """Somebody else holds the idempotency key: its twin is under way."""


@dataclass
class _Doubt:
    """Whether an earlier attempt may have been committed without our being told."""

    stands: bool = False


class Transactions:
    """Run work in a transaction of its own and commit it."""

    def __init__(self, database: Database, stored_answers: StoredAnswers | None = None) -> None:
        """`stored_answers` are for services with calls that take an Idempotency-Key."""
        self.database = database
        self._stored = stored_answers
        self._places = threading.BoundedSemaphore(TWINS_WAITING)

    def run(self, work: Callable[[sa.Connection], Result], *, repeatable: bool = False) -> Result:
        """Commit what `work` does and return what it returns.

        `repeatable` says that doing the work twice is harmless, so that an unknown outcome is simply tried again.
        Raises `OutcomeUnknown` where the connection was lost at COMMIT and no later attempt told more, `Unavailable`
        where the database stayed out of reach or locked; whatever `work` raises passes through, with nothing done.
        """
        return self._run(work, repeatable=repeatable, doubt=_Doubt())

    def _run(
        self, work: Callable[[sa.Connection], Result], *, repeatable: bool, doubt: _Doubt
    ) -> Result:
        for _ in range(ATTEMPTS):
            committing = False
            try:
                with self.database.writing() as connection:
                    result = work(connection)
                    committing = True
                    connection.commit()
                return result
            except sa.exc.SQLAlchemyError as error:
                fault = fault_of(error)
                doubt.stands |= committing and fault is Fault.DISCONNECTED
                if fault in _PASSING and (repeatable or not doubt.stands):
                    continue
                if doubt.stands:
                    raise OutcomeUnknown from error
                if fault is Fault.PERMANENT:
                    raise
                raise Unavailable(_UNAVAILABLE[fault]) from error
        raise OutcomeUnknown if doubt.stands else Unavailable(_UNAVAILABLE[Fault.DISCONNECTED])

    def answer(
        self,
        key: IdempotencyKey | None,
        work: Callable[[sa.Connection], Answer],
        *,
        seconds: float = LONGEST_WAIT,
    ) -> Answer:
        """Commit what `work` does together with its answer; give the stored answer where the key has one.

        A twin that is under way elsewhere is waited for, for so many `seconds` and without a connection. Raises
        `RequestInFlight` where it is still under way then, or at once where `TWINS_WAITING` wait already,
        `IdempotencyKeyReused` where the key stands for another command, and what `run` raises.
        """
        if key is None:
            try:
                return self.run(work)
            except OutcomeUnknown as error:
                raise OutcomeUnknown(OutcomeUnknown.without_key) from error
        doubt = _Doubt()

        def once(connection: sa.Connection) -> Answer:
            earlier = self._read(connection, key)
            if earlier is not None:
                return earlier
            # The key is ours and has no answer: no earlier attempt took effect.
            doubt.stands = False
            answer = work(connection)
            now = self.database.now(connection)  # as `forget_old_answers` compares with it
            self._answers().store(connection, {key: answer}, now=now)
            return answer

        until = time.monotonic() + seconds
        with suppress(_KeyHeld):
            return self._run(once, repeatable=True, doubt=doubt)
        if self._places.acquire(blocking=False):
            try:
                while time.monotonic() <= until:
                    time.sleep(BETWEEN_TWINS)
                    with suppress(_KeyHeld):
                        return self._run(once, repeatable=True, doubt=doubt)
            finally:
                self._places.release()
        raise OutcomeUnknown if doubt.stands else RequestInFlight

    def forget_old_answers(self) -> int:
        """Forget stored answers past their time, in short transactions; return how many."""
        forgotten = 0
        while count := self.run(self._forget_some, repeatable=True):
            forgotten += count
        return forgotten

    def _forget_some(self, connection: sa.Connection) -> int:
        before = self.database.now(connection) - KEPT_FOR
        return self._answers().purge(connection, before=before)

    def _answers(self) -> StoredAnswers:
        if self._stored is None:
            raise LookupError("this service keeps no answers")
        return self._stored

    def _read(self, connection: sa.Connection, key: IdempotencyKey) -> Answer | None:
        if not self._answers().hold(connection, [key.digest]):
            raise _KeyHeld
        stored = self._answers().read(connection, [key.digest]).get(key.digest)
        if stored is None:
            return None
        if stored.fingerprint != key.fingerprint:
            raise IdempotencyKeyReused
        return stored.answer


_UNAVAILABLE = {
    Fault.LOCKED: "Somebody else is changing the same thing. Nothing was done; try again.",
    Fault.SLOW: "The database took too long. Nothing was done; try again.",
    Fault.FULL: "The database has no room. Nothing was done; try again later.",
    Fault.BUSY: "Every connection to the database is in use. Nothing was done; try again.",
    Fault.DISCONNECTED: "The database could not be reached or stayed busy. Nothing was done; try again.",
}
