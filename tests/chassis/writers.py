"""What the proofs run in processes of their own: a journal's writers, and callers who share idempotency keys."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.column_types import Instant
from chassis.group_commit import GroupCommit
from chassis.journal import Entry
from deploy.local.databases import ServiceDatabase
from tests.chassis.batches import key_named, told
from tests.chassis.tally import Add, TallyHandler, TallyHouse, add_to, entry, open_house
from tests.databases import LOCK_PATIENCE_MS

PATIENCE = 60.0

NOTES = sa.MetaData()
NOTE = sa.Table(
    "note",
    NOTES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("writer", sa.Integer, nullable=False),
)
"""The wrong design beside the right one: rows that a reader pages by the instant that their writer took."""


def meet(folder: Path, *, name: str, others: int) -> None:
    """Wait in a folder until so many have come."""
    (folder / name).touch()
    until = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < others:
        if time.monotonic() > until:
            raise TimeoutError("the others never came")
        time.sleep(0.005)


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    until = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{path.name} never came")
        time.sleep(0.005)


def write_journal(
    place: ServiceDatabase, *, writer: int, writers: int, transactions: int, folder: Path
) -> int:
    """Append to the journal, and beside it a note, in so many transactions; return the number of entries.

    The first writer takes the instant of its first note, and then dawdles until a reader has passed it.
    """
    house = open_house(place, pool_size=1, lock_timeout_ms=LOCK_PATIENCE_MS)
    dice, written = random.Random(writer), 0
    before_all_others = utc_now()
    meet(folder / "meeting", name=str(writer), others=writers)
    for number in range(transactions):
        taken_at = utc_now()
        if writer == 0 and number == 0:
            taken_at = before_all_others
            wait_for(folder / "passed")
        written += house.transactions.run(
            partial(
                append_and_note,
                house=house,
                entries=[
                    entry(writer=writer, number=number, part=part)
                    for part in range(dice.randint(1, 4))
                ],
                note={"taken_at": taken_at, "writer": writer},
            )
        )
    house.database.dispose()
    return written


def append_and_note(
    connection: sa.Connection, *, house: TallyHouse, entries: Sequence[Entry], note: dict[str, Any]
) -> int:
    """Write a note and append entries; return how many."""
    connection.execute(sa.insert(NOTE).values(**note))
    house.journal.append(connection, entries, now=house.database.now(connection))
    return len(entries)


def add_with_key(
    place: ServiceDatabase, *, name: str, key: str, folder: Path, others: int
) -> bytes:
    """Add one to a tally under a key, together with the others; return the answer's body."""
    house = open_house(place, pool_size=1, lock_timeout_ms=LOCK_PATIENCE_MS)
    meet(folder, name=str(random.getrandbits(64)), others=others)
    answer = house.transactions.answer(key_named(key, name), add_to(house, name))
    house.database.dispose()
    return answer.body


def add_in_batches(
    place: ServiceDatabase, *, name: str, keys: list[str], folder: Path, others: int
) -> list[bytes]:
    """Add one to a tally for each key through a group commit of this process; return the bodies."""
    house = open_house(place, pool_size=2, lock_timeout_ms=LOCK_PATIENCE_MS)
    group = GroupCommit(house.database, house.answers, TallyHandler(house))
    meet(folder, name=str(random.getrandbits(64)), others=others)
    answers = [told(group, (Add(name), key_named(key, name))) for key in keys]
    group.close()
    house.database.dispose()
    return [answer.body for answer in answers if not isinstance(answer, Exception)]
