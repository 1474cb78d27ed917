"""Faults of those who want the same: locks held for long, a deadlock, every connection in use."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import requests

from tests.faults.ground import Ground
from tests.faults.kind import Blow, Kind, NothingStruckError
from tests.faults.of_postgresql import superuser
from tests.faults.storm import Storm
from tests.waiting import eventually

LONGEST_HOLD = 12.0
POOL = 8
"""Connections that readers of a process share, unless it is told otherwise."""

READERS = 40

_WAITING = (
    "select count(*) from pg_stat_activity where datname = 'enrolment'"
    " and usename = 'enrolment_app' and wait_event_type = 'Lock'"
)


def _hold_lock(blow: Blow) -> None:
    seconds = min(blow.seconds, LONGEST_HOLD)
    if blow.ground.dialect == "sqlite":
        with closing(
            sqlite3.connect(blow.ground.sqlite_file, isolation_level=None, timeout=60)
        ) as file:
            file.execute("begin immediate")
            blow.ground.keeper.wait(seconds)
            file.execute("rollback")
        return
    with superuser(blow.ground) as connection, connection.transaction():
        connection.execute(
            "select from training_class where class_id = any(%s::uuid[]) order by class_id for update",
            [[offer.class_id for offer in blow.storm.offers]],
        )
        blow.ground.keeper.wait(seconds)


def _provoke_deadlock(blow: Blow) -> None:
    """Take cards before classes, against the order of the product, until a batch is what the server gives up."""
    seen = _deadlocks(blow.ground)
    for _ in range(20):
        _cross(blow.ground, blow.storm)
        if _deadlocks(blow.ground) > seen:
            return
    raise NothingStruckError("no batch was given up for a deadlock")


def _cross(ground: Ground, storm: Storm) -> None:
    classes = [offer.class_id for offer in storm.offers]
    with superuser(ground) as looking, superuser(ground) as connection, connection.transaction():
        # Not this session is to be given up, but the other.
        connection.execute("set local deadlock_timeout = '10s'")
        connection.execute(
            "select from card where card_ref = any(%s::uuid[]) order by card_ref for update",
            [storm.card_refs],
        )
        until = time.monotonic() + 2
        while not _count(looking) and time.monotonic() < until:
            time.sleep(0.002)
        connection.execute(
            "select from training_class where class_id = any(%s::uuid[]) for update", [classes]
        )


def _count(connection: object) -> int:
    row = connection.execute(_WAITING).fetchone()  # type: ignore[attr-defined]
    return int(row[0])


def _deadlocks(ground: Ground) -> int:
    """Return of how many deadlocks the server's log tells."""
    log = ground.postgres.supervisor.find("postgresql").log
    return log.read_text(encoding="utf-8", errors="replace").count("ERROR:  deadlock detected")


def _use_up_pool(blow: Blow) -> None:
    """Let nobody read cards while a crowd wants to, so that every connection waits and others wait for one."""
    with (
        _crowd(blow.storm),
        superuser(blow.ground) as looking,
        superuser(blow.ground) as connection,
        connection.transaction(),
    ):
        connection.execute("lock table card in access exclusive mode")
        eventually(lambda: _count(looking) >= POOL, what="every connection of the pool waits")
        blow.ground.keeper.wait(min(blow.seconds, LONGEST_HOLD))


@contextmanager
def _crowd(storm: Storm) -> Iterator[None]:
    """Let a crowd of holders look at their cards again and again."""
    over = threading.Event()
    world = storm.world
    tokens = storm.tokens

    def read(number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens[number % len(tokens)]}"}
        with requests.Session() as session:
            while not over.is_set():
                session.get(f"{world.system.address}/api/v1/cards/me", headers=headers, timeout=60)
                time.sleep(0.05)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


_ON_SERVER = ("postgresql",)
KINDS = [
    Kind("lock-held", "somebody else holds the classes (on SQLite: the file) locked", _hold_lock),
    Kind("deadlock", "somebody locks against the order of locks", _provoke_deadlock, _ON_SERVER),
    Kind(
        "pool-exhausted", "every connection of readers waits for a lock", _use_up_pool, _ON_SERVER
    ),
]
