"""A small service made of chassis' parts alone: named tallies that may be added to up to a most.

It has what every service has (a journal, stored answers, a follower's state) and one rule, so that the plumbing can be
tested without any word of the programme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from structlog.testing import capture_logs

from chassis.column_types import Identifier
from chassis.database import Database
from chassis.follower import follower_table
from chassis.idempotency import Answer, StoredAnswers, json_answer, stored_answer_table
from chassis.journal import Entry, Journal, journal_tables
from chassis.journal_schema import protect_journal_1
from chassis.migrations import grant
from chassis.problems import Problem
from chassis.settlement import Contended, parting
from chassis.tickets import Outcome
from chassis.transaction import Transactions
from deploy.local.databases import ServiceDatabase
from tests.chassis.batches import Batches

METADATA = sa.MetaData()
TALLY = sa.Table(
    "tally",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("most", sa.Integer, nullable=False),
    sa.CheckConstraint("count >= 0", name="tally_never_negative"),
    sa.CheckConstraint("count <= most", name="tally_never_above_its_most"),
)
JOURNAL = journal_tables(
    METADATA,
    subjects={"class_id": Identifier(), "region": sa.String(5)},
    kinds=(
        *("counted", "happened", "happened-otherwise", "seat-taken", "seat-given", "rare-thing"),
        *("never-happened", "early", "late", "kept", "a", "b", "c"),
    ),
)
STORED_ANSWER = stored_answer_table(METADATA)
FOLLOWER_STATE = follower_table(METADATA)


class TallyFull(Problem):
    code = "tally-full"
    status = 409
    title = "The tally is full"


@dataclass(frozen=True)
class TallyHouse:
    """The parts of the small service, as `house` of endpoints too."""

    place: ServiceDatabase
    database: Database
    journal: Journal
    answers: StoredAnswers
    transactions: Transactions


def open_house(place: ServiceDatabase, *, url: str | None = None, **options: Any) -> TallyHouse:
    """Join the parts on a database whose schema is laid; `url` where it is reached another way."""
    database = Database(url or place.application, **options)
    answers = StoredAnswers(database, STORED_ANSWER)
    journal = Journal(database, JOURNAL)
    return TallyHouse(place, database, journal, answers, Transactions(database, answers))


def lay_schema(place: ServiceDatabase, *, epoch: str | None = None) -> None:
    """Make the tables as a service's first migration does, and grant the application its rights."""
    owner = Database(place.owner, pool_size=1)
    try:
        with owner.writing() as connection:
            METADATA.create_all(connection)
            connection.execute(sa.text("create table alembic_version (version_num varchar(32))"))
            protect_journal_1(connection, epoch=epoch)
            grant(connection, METADATA, role=sa.make_url(place.application).username)
            connection.commit()
    finally:
        owner.dispose()


@contextmanager
def laid_house(place: ServiceDatabase, *, epoch: str | None = None) -> Iterator[TallyHouse]:
    """Lay the schema on an empty database and join the parts on it until the block ends."""
    lay_schema(place, epoch=epoch)
    house = open_house(place)
    with capture_logs():
        yield house
    house.database.dispose()


def set_up(house: TallyHouse, name: str, *, most: int = 1_000, count: int = 0) -> str:
    """Add a tally and return its name."""
    house.transactions.run(
        lambda connection: connection.execute(
            sa.insert(TALLY).values(name=name, most=most, count=count)
        )
    )
    return name


def count_of(house: TallyHouse, name: str) -> int:
    """Read a tally."""
    with house.database.reading() as connection:
        count: int = connection.execute(
            sa.select(TALLY.c.count).where(TALLY.c.name == name)
        ).scalar_one()
        return count


def size_of(house: TallyHouse) -> int:
    """Read how many entries the journal has."""
    with house.database.reading() as connection:
        return house.journal.head(connection).size


def entry(kind: str = "counted", **body: Any) -> Entry:
    """Make an entry with little in it."""
    return Entry(
        kind=kind,
        actor="test:clerk",
        role="operator",
        request_id="request-1",
        subjects={},
        body=body,
    )


@dataclass(frozen=True)
class Add:
    """Somebody adds to a tally."""

    name: str
    amount: int = 1


Before = Callable[[sa.Connection, Sequence[Add]], None]


class TallyHandler:
    """Add to tallies in batches. `before` is called with every batch once its rows are locked."""

    def __init__(self, house: TallyHouse, *, before: Before | None = None) -> None:
        self._house = house
        self._before = before
        self.batches: list[list[Add]] = []

    def settle(self, connection: sa.Connection, commands: Sequence[Add]) -> Sequence[Outcome]:
        self.batches.append(list(commands))
        with parting(lambda command: command.name):
            counts = self._locked(connection, sorted({command.name for command in commands}))
        if self._before:
            self._before(connection, commands)
        outcomes: list[Outcome] = []
        added: list[Entry] = []
        for command in commands:
            count, most = counts.get(command.name, (0, 0))
            if count + command.amount > most:
                outcomes.append(TallyFull())
                continue
            counts[command.name] = (count + command.amount, most)
            added.append(entry(name=command.name, count=count + command.amount))
            outcomes.append(
                json_answer(201, {"name": command.name, "count": count + command.amount})
            )
        if added:
            self._save(connection, counts)
            self._house.journal.append(connection, added, now=self._house.database.now(connection))
        return outcomes

    def _locked(
        self, connection: sa.Connection, names: Sequence[str]
    ) -> dict[str, tuple[int, int]]:
        rows = connection.execute(
            sa.select(TALLY).where(TALLY.c.name.in_(names)).order_by(TALLY.c.name).with_for_update()
        )
        return {name: (count, most) for name, count, most in rows}

    def _save(self, connection: sa.Connection, counts: dict[str, tuple[int, int]]) -> None:
        for name, (count, _) in sorted(counts.items()):
            connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=count))


def add_to(house: TallyHouse, name: str) -> Callable[[sa.Connection], Answer]:
    """Return work for `Transactions.answer`: add one to a tally."""

    def work(connection: sa.Connection) -> Answer:
        try:
            outcome = TallyHandler(house).settle(connection, [Add(name)])[0]
        except Contended as contended:
            raise contended.__cause__ or contended from None
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    return work


def batches_of(
    house: TallyHouse, handler: TallyHandler | None = None, **limits: int
) -> Batches[Add]:
    """Open a group commit of additions whose batches the test composes."""
    return Batches(
        house.database,
        house.answers,
        handler or TallyHandler(house),
        opener=Add("there is no such tally"),
        **limits,
    )
