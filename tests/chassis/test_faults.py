"""What an error means, alike on both databases."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from chassis.faults import Fault, fault_of


def refused_with(state: str) -> sa.exc.DBAPIError:
    class Refused(psycopg.Error):
        sqlstate = state

    return sa.exc.DBAPIError("", {}, Refused("as the server says"))


def failed_with(message: str) -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("", {}, sqlite3.OperationalError(message))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (refused_with("40001"), Fault.RETRY),
        (refused_with("40P01"), Fault.RETRY),
        (refused_with("55P03"), Fault.LOCKED),
        (refused_with("57014"), Fault.SLOW),
        (refused_with("57P01"), Fault.DISCONNECTED),
        (refused_with("08006"), Fault.DISCONNECTED),
        (refused_with("25P03"), Fault.DISCONNECTED),
        (refused_with("23505"), Fault.PERMANENT),
        (refused_with("42501"), Fault.PERMANENT),
        (failed_with("database is locked"), Fault.RETRY),
        (failed_with("disk I/O error"), Fault.DISCONNECTED),
        (failed_with("connection failed: no route to host"), Fault.DISCONNECTED),
        (failed_with("no such table: disk"), Fault.PERMANENT),
        (sa.exc.IntegrityError("", {}, sqlite3.IntegrityError("x")), Fault.PERMANENT),
        (
            sa.exc.DBAPIError("", {}, Exception("x"), connection_invalidated=True),
            Fault.DISCONNECTED,
        ),
        (sa.exc.TimeoutError("the pool is empty"), Fault.BUSY),
        (ValueError("database is locked"), Fault.PERMANENT),
    ],
    ids=str,
)
def test_an_error_means_the_same_wherever_it_is_met(error: Exception, fault: Fault) -> None:
    assert fault_of(error) is fault
