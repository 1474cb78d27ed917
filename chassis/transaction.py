"""The commit site for one command at a time. (The other one is `chassis.group_commit`; there is no third.)

A use case receives an open connection and never commits. What was lost to a passing fault is done again; a connection
lost at COMMIT means that nobody knows, and only a command with an idempotency key can find out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from chassis.database import Database, Fault, fault_of
from chassis.idempotency import Answer, IdempotencyKey, StoredAnswers
from chassis.problems import IdempotencyKeyReused, OutcomeUnknown, RequestInFlight, Unavailable

ATTEMPTS = 3
Result = TypeVar("Result")


class Transactions:
    """Run work in a transaction of its own and commit it."""

    def __init__(self, database: Database, stored_answers: StoredAnswers) -> None:
        self.database = database
        self._stored = stored_answers

    def run(self, work: Callable[[sa.Connection], Result], *, repeatable: bool = False) -> Result:
        """Commit what `work` does and return what it returns.

        `repeatable` says that doing the work twice is harmless, so that an unknown outcome is simply tried again.
        Raises `OutcomeUnknown` where the connection was lost at COMMIT otherwise, `Unavailable` where
        the database stayed out of reach or locked; whatever `work` raises passes through, with nothing done.
        """
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
                if fault is Fault.PERMANENT:
                    raise
                if fault is Fault.LOCKED:
                    raise Unavailable(
                        "Somebody else is changing the same thing. Try again."
                    ) from error
                if fault is Fault.DISCONNECTED and committing and not repeatable:
                    raise OutcomeUnknown from error
        raise Unavailable("The database could not be reached or stayed busy.")

    def answer(self, key: IdempotencyKey | None, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Commit what `work` does together with its answer; give the stored answer where the key has one.

        Raises `IdempotencyKeyReused` where the key stands for another command, and what `run` raises.
        """
        if key is None:
            return self.run(work)

        def once(connection: sa.Connection) -> Answer:
            earlier = self._read(connection, key)
            if earlier is not None:
                return earlier
            answer = work(connection)
            self._stored.store(connection, {key: answer}, now=self.database.now(connection))
            return answer

        return self.run(once, repeatable=True)

    def _read(self, connection: sa.Connection, key: IdempotencyKey) -> Answer | None:
        try:
            stored = self._stored.lock_and_read(connection, [key.digest]).get(key.digest)
        except sa.exc.DBAPIError as error:
            if fault_of(error) is Fault.LOCKED:
                raise RequestInFlight from error
            raise
        if stored is None:
            return None
        if stored.fingerprint != key.fingerprint:
            raise IdempotencyKeyReused
        return stored.answer
