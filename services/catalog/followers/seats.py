"""Follow enrolment's seats: how many are held in each class.

Enrolment answers `{epoch, size, after, classes: [{class_id, seats, held, position}]}` for `?after=`: absolute numbers,
one line a class, so that reading the same twice is harmless. A new epoch means that enrolment's journal was replaced;
everything is then forgotten and read again from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.feed_client import FollowerState
from chassis.follower import read_follower_state
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

        Raises `requests.RequestException` where enrolment is away; nothing is lost by that.
        """
        told = 0
        while True:
            state = self._state()
            answer = self._ask(state.position)
            # A backup keeps its epoch; a journal that got shorter shows that one was restored.
            if answer["epoch"] != state.epoch or answer["size"] < state.position:
                state = self._start_anew(answer["epoch"])
                answer = self._ask(0)
            if answer["after"] == state.position:
                return told
            told += self._save(state, answer)
            if answer["after"] >= answer["size"]:
                return told

    def _state(self) -> FollowerState:
        with self._transactions.database.reading() as connection:
            state = read_follower_state(connection, FOLLOWER_STATE, SOURCE)
        return state or FollowerState(None, 0, None, utc_now())

    def _ask(self, after: int) -> Any:
        return self._client.get_json(
            "/internal/seats",
            query={"after": after, "limit": READ_AT_ONCE},
            token=self._token(),
        )

    def _start_anew(self, epoch: str) -> FollowerState:
        state = FollowerState(epoch, 0, None, utc_now())

        def forget(connection: sa.Connection) -> None:
            self._seats.forget_all(connection)
            _save_state(connection, state)

        self._transactions.run(forget, repeatable=True)
        return state

    def _save(self, state: FollowerState, answer: Any) -> int:
        told = [
            SeatsHeld(line["class_id"], line["held"], line["position"])
            for line in answer["classes"]
        ]

        def save(connection: sa.Connection) -> None:
            self._seats.put(connection, told)
            _save_state(connection, replace(state, position=answer["after"], checked_at=utc_now()))

        self._transactions.run(save, repeatable=True)
        FOLLOWER_POSITION.labels(SOURCE).set(answer["after"])
        return len(told)


def _save_state(connection: sa.Connection, state: FollowerState) -> None:
    values = {
        "epoch": state.epoch,
        "position": state.position,
        "digest": state.digest,
        "checked_at": state.checked_at,
    }
    table = FOLLOWER_STATE
    updated = connection.execute(sa.update(table).where(table.c.source == SOURCE).values(**values))
    if updated.rowcount == 0:
        connection.execute(sa.insert(table).values(source=SOURCE, **values))
