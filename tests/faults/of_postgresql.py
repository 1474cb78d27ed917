"""Faults of the server and of the network to it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGKILL, SIGQUIT

import psycopg
from psycopg import sql

from tests.chassis.proxy import Cut
from tests.faults.ground import Ground
from tests.faults.kind import Blow, Kind, NothingStruckError, Strike

HELD = 2.0
"""Seconds for which connections stay refused."""

_WRITING = (
    "select pid from pg_stat_activity where datname = 'enrolment' and usename = 'enrolment_app'"
    " and backend_xid is not null"
)
_TERMINATE = f"select pg_terminate_backend(pid) from ({_WRITING} limit 1) as writing"  # noqa: S608
_TERMINATE_ALL = (
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'enrolment_app'"
)


@contextmanager
def superuser(ground: Ground) -> Iterator[psycopg.Connection]:
    """Open a connection to enrolment's database that may do everything; each statement commits by itself."""
    address = ground.postgres.address.rpartition("/")[0] + "/enrolment"
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def _restart(blow: Blow) -> None:
    blow.ground.keeper.find("postgresql").signal(SIGQUIT)  # what pg_ctl calls immediate
    _wait_for_end(blow.ground)


def _kill_server(blow: Blow) -> None:
    blow.ground.keeper.find("postgresql").signal(SIGKILL)
    _wait_for_end(blow.ground)


def _wait_for_end(ground: Ground) -> None:
    running = ground.keeper.find("postgresql")
    running.child.wait(timeout=10)


def _writing(ground: Ground, connection: psycopg.Connection, statement: str) -> int:
    """Ask until the statement finds a session within a transaction that has written; return what it said of it."""
    found: list[int] = []

    def look() -> bool:
        row = connection.execute(statement.encode()).fetchone()
        found.extend(row or ())
        return row is not None

    ground.keeper.until(look, seconds=10, what="a session writes")
    return found[0]


def _terminate(blow: Blow) -> None:
    with superuser(blow.ground) as connection:
        if not _writing(blow.ground, connection, _TERMINATE):
            raise NothingStruckError("the session had gone")


def _kill_session(blow: Blow) -> None:
    with superuser(blow.ground) as connection:
        os.kill(_writing(blow.ground, connection, _WRITING), SIGKILL)


def _cutting(*cuts: Cut, away: float = 0.0) -> Strike:
    def strike(blow: Blow) -> None:
        proxy = blow.ground.postgres.proxy
        before = proxy.cut
        proxy.cut_next(*cuts, then_refuse=bool(away))
        try:
            blow.ground.keeper.until(
                lambda: proxy.cut >= before + len(cuts), seconds=10, what="somebody commits"
            )
            blow.ground.keeper.wait(away)
        finally:
            proxy.restore()

    return strike


def _lose_network(blow: Blow) -> None:
    blow.ground.postgres.proxy.refuse()
    try:
        blow.ground.keeper.wait(min(blow.seconds, 10))
    finally:
        blow.ground.postgres.proxy.restore()


def _refuse_connections(blow: Blow) -> None:
    began = time.monotonic()
    with superuser(blow.ground) as connection:
        connection.execute(_limited(0))
        try:
            connection.execute(_TERMINATE_ALL)
            blow.ground.keeper.wait(HELD)
        finally:
            connection.execute(_limited(-1))
    if not blow.storm.refused_by_server_since(began - HELD):
        raise NothingStruckError("nobody was refused")


def _limited(count: int) -> sql.Composed:
    return sql.SQL("alter role enrolment_app connection limit {}").format(sql.Literal(count))


_ON_SERVER = ("postgresql",)
KINDS = [
    Kind("restart-postgresql", "immediate shutdown, and start", _restart, _ON_SERVER),
    Kind("kill-postgresql", "SIGKILL to the server, and start", _kill_server, _ON_SERVER),
    Kind("kill-session", "SIGKILL to a session that has written", _kill_session, _ON_SERVER),
    Kind("terminate-session", "a session that has written is terminated", _terminate, _ON_SERVER),
    Kind("cut-before-commit", "cut before the server hears it", _cutting(Cut.BEFORE), _ON_SERVER),
    Kind("cut-after-commit", "cut before the answer is heard", _cutting(Cut.AFTER), _ON_SERVER),
    Kind(
        "cut-after-commit-and-away",
        "cut before the answer is heard, and the server is out of reach for a second",
        _cutting(Cut.AFTER, away=1.0),
        _ON_SERVER,
    ),
    Kind("network-away", "every connection is cut and none is let in", _lose_network, _ON_SERVER),
    Kind(
        "connections-refused",
        "every session is terminated and the server lets none in, for it has too many",
        _refuse_connections,
        _ON_SERVER,
    ),
]
