"""A service to be followed over HTTP, and a follower of it whose effects can be counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from chassis.clock import utc_now
from chassis.feed import feed_endpoints
from chassis.feed_client import Feed, FollowerState
from chassis.follower import Apply, Follower, read_follower_state
from chassis.http_client import ServiceClient
from chassis.identifiers import new_id
from chassis.journal import RecordedEntry
from chassis.web import build_app
from tests.chassis.tally import (
    FOLLOWER_STATE,
    TALLY,
    TallyHouse,
    entry,
)
from tests.tokens import token, verifier


class Source:
    """A service that can be followed over HTTP; `house` is what stands behind its address just now."""

    url: str = ""

    def __init__(self) -> None:
        self._house: TallyHouse
        self._app: Flask

    @property
    def house(self) -> TallyHouse:
        return self._house

    @house.setter
    def house(self, house: TallyHouse) -> None:
        # Made here and once: requests come in threads, and making an application is not for several at a time.
        self._house, self._app = house, feed_of(house)

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        return self._app(environ, start)


def feed_of(house: TallyHouse) -> Flask:
    """Make the application that serves a journal's feed."""
    return build_app(
        "source",
        endpoints=feed_endpoints(allow=("system",)),
        house=house,
        verifier=verifier(),
        checks={},
    )


@dataclass
class Applied:
    """An effect that cannot be made twice: a row for each entry, named by its position."""

    name: str
    failing_at: int | None = None
    batches: list[list[int]] = field(default_factory=list)

    def __call__(self, connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        self.batches.append([each.position for each in entries])
        for each in entries:
            row = {"name": f"{self.name}-{each.position}", "most": 1_000, "count": each.position}
            connection.execute(sa.insert(TALLY).values(**row))
            if each.position == self.failing_at:
                raise RuntimeError("the follower crashes")

    def effects(self, house: TallyHouse) -> list[int]:
        """Return the positions of which the effect is there."""
        mine = sa.select(TALLY.c.count).where(TALLY.c.name.startswith(self.name, autoescape=True))
        with house.database.reading() as connection:
            return sorted(connection.execute(mine).scalars())


@dataclass
class Following:
    """A follower of the source on a database, under a name of its own."""

    house: TallyHouse
    url: str
    name: str = field(default_factory=lambda: new_id()[-12:])

    def __post_init__(self) -> None:
        self.applied = Applied(self.name)

    def follower(
        self,
        *,
        client: ServiceClient | None = None,
        role: str = "system",
        apply: Apply | None = None,
    ) -> Follower:
        """Start the follower, as a new process would."""
        return Follower(
            feed=Feed(
                source=self.name,
                client=client or ServiceClient(self.url),
                token=lambda: token(role=role),
            ),
            transactions=self.house.transactions,
            table=FOLLOWER_STATE,
            apply=apply or self.applied,
        )

    def state(self) -> FollowerState | None:
        """Read how far it has come."""
        with self.house.database.reading() as connection:
            return read_follower_state(connection, FOLLOWER_STATE, self.name)

    def effects(self) -> list[int]:
        """Return the positions of which the effect is there."""
        return self.applied.effects(self.house)


def happen(source: Source, number: int, kind: str = "happened") -> None:
    """Append so many entries to the journal of a source."""
    house = source.house
    house.transactions.run(
        lambda connection: house.journal.append(
            connection, [entry(kind, number=n) for n in range(number)], now=utc_now()
        )
    )


class Interrupted(ServiceClient):
    """A client that lets something happen between the answer and its use."""

    def __init__(self, url: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(url)
        self._meanwhile = meanwhile

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().get_json(*args, **kwargs)
        self._meanwhile()
        return answer


def weigh(source: Source, *sizes: int) -> None:
    """Let happen what weighs so many bytes, and a little more."""
    house = source.house
    entries = [entry("happened", said="é" * (size // 2)) for size in sizes]
    house.transactions.run(
        lambda connection: house.journal.append(connection, entries, now=utc_now())
    )
