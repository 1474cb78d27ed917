"""What an error of either database means for the work that met it."""

from __future__ import annotations

from enum import Enum

import sqlalchemy as sa


class Fault(Enum):
    """What a database error means for the work that met it."""

    RETRY = "the transaction lost against another; the same again may succeed"
    LOCKED = "somebody else held a lock for too long"
    SLOW = "the database gave the statement up after its time; nothing was done"
    FULL = "the disk has no room left; nothing was done"
    BUSY = "no connection came free in time; nothing was begun"
    DISCONNECTED = "the connection or the disk failed; whether a COMMIT took effect is unknown"
    PERMANENT = "the same again would fail again"


_FAULT_OF_SQLSTATE = {
    "40001": Fault.RETRY,
    "40P01": Fault.RETRY,
    "53100": Fault.FULL,
    "55P03": Fault.LOCKED,
    "57014": Fault.SLOW,
    "25P03": Fault.DISCONNECTED,
    "57P01": Fault.DISCONNECTED,
    "57P02": Fault.DISCONNECTED,
    "57P03": Fault.DISCONNECTED,
    "57P05": Fault.DISCONNECTED,
}


def is_broken(unique: sa.Index, error: sa.exc.IntegrityError) -> bool:
    """Tell whether an error says that a unique index refused a row."""
    told = getattr(error.orig, "diag", None)
    if told is not None:
        return bool(told.constraint_name == unique.name)
    columns = ", ".join(
        str(column) for column in unique.columns
    )  # SQLite names these and not the index
    return str(error.orig) == f"UNIQUE constraint failed: {columns}"


def fault_of(error: BaseException) -> Fault:
    """Tell what an error raised by the database means."""
    if isinstance(error, sa.exc.TimeoutError):
        return Fault.BUSY
    if not isinstance(error, sa.exc.DBAPIError):
        return Fault.PERMANENT
    if error.connection_invalidated:
        return Fault.DISCONNECTED
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return (
            Fault.DISCONNECTED
            if state.startswith("08")
            else _FAULT_OF_SQLSTATE.get(state, Fault.PERMANENT)
        )
    message = str(error.orig)
    if "database is locked" in message or "database table is locked" in message:
        return Fault.RETRY
    if "database or disk is full" in message:
        return Fault.FULL
    lost = "connection" in message.lower() or "disk I/O error" in message
    is_lost = lost and isinstance(error, sa.exc.OperationalError)
    return Fault.DISCONNECTED if is_lost else Fault.PERMANENT
