"""Follow enrolment's seats: how many are held in each class.

Enrolment answers `{epoch, size, from_digest, after, digest, classes: [{class_id, seats, held, position}]}` for
`?after=`: absolute numbers, one line a class, so that reading the same twice is harmless. Another epoch, a journal that
got shorter, or another hash of the last entry that was read say that enrolment's journal was restored or replaced. It
is then read again from its beginning; until that is done, numbers shown stay as they were, and then those of which
nothing was told are forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa

from chassis.feed_client import BEGINNING, NEVER, FollowerState
from chassis.follower import move_follower, read_follower_state
from chassis.http_client import ServiceClient
from chassis.observability import FOLLOWER_POSITION
from chassis.transaction import Transactions
from services.catalog.storage.class_seats import ClassSeats, SeatsHeld
from services.catalog.storage.tables import FOLLOWER_STATE

SOURCE = "enrolment-seats"
READ_AT_ONCE = 500


class SeatsFollower:
    """Keep the table of seats held up to date. `token` returns a token of the `system` role."""

    def __init__(
        self, *, client: ServiceClient, token: Callable[[], str], transactions: Transactions
    ) -> None:
        self._client = client
        self._token = token
        self._transactions = transactions
        self._seats = ClassSeats(transactions.database)

    def catch_up(self) -> int:
        """Read what is new, in short transactions, and return how many classes were told of.

        Raises `requests.RequestException` where enrolment is away, `AnotherFollower` where somebody else moved on
        meanwhile or let it begin again; nothing is lost by either.
        """
        told = 0
        while True:
            asked, state = monotonic(), self._state()
            answer = self._ask(state.position if state else 0)
            if state is None or _is_another(answer, state):
                self._begin_again(state, answer["epoch"])
                continue
            at_end = answer["after"] >= answer["size"]
            if answer["after"] > state.position or (at_end and state.checked_at == NEVER):
                told += self._save(state, answer, asked if at_end else None)
            if at_end:
                return told

    def _state(self) -> FollowerState | None:
        with self._transactions.database.reading() as connection:
            return read_follower_state(connection, FOLLOWER_STATE, SOURCE)

    def _ask(self, after: int) -> Any:
        return self._client.get_json(
            "/internal/seats",
            query={"after": after, "limit": READ_AT_ONCE},
            token=self._token(),
        )

    def _begin_again(self, state: FollowerState | None, epoch: str) -> None:
        beginning = FollowerState(epoch, BEGINNING.position, BEGINNING.digest, NEVER)

        def begin(connection: sa.Connection) -> None:
            move_follower(connection, FOLLOWER_STATE, SOURCE, before=state, after=beginning)
            self._seats.doubt_all(connection)

        self._transactions.run(begin)

    def _save(self, state: FollowerState, answer: Any, asked: float | None) -> int:
        """Save what was told. `asked` is when, by this process's clock, if nothing more was there then."""
        told = [
            SeatsHeld(line["class_id"], line["held"], line["position"])
            for line in answer["classes"]
        ]

        def save(connection: sa.Connection) -> None:
            checked_at = state.checked_at
            if asked is not None:
                now = self._transactions.database.now(connection)
                checked_at = now - timedelta(seconds=monotonic() - asked)
            after = FollowerState(state.epoch, answer["after"], answer["digest"], checked_at)
            move_follower(connection, FOLLOWER_STATE, SOURCE, before=state, after=after)
            self._seats.put(connection, told)
            if state.checked_at == NEVER and asked is not None:
                self._seats.forget_doubted(connection)

        self._transactions.run(save)
        FOLLOWER_POSITION.labels(SOURCE).set(answer["after"])
        return len(told)


def _is_another(answer: Any, state: FollowerState) -> bool:
    """Tell whether the journal is not the one that was read up to here. A backup keeps its epoch."""
    return bool(
        answer["epoch"] != state.epoch
        or answer["size"] < state.position
        or answer["from_digest"] != state.digest
    )
