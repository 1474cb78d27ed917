"""The parts of a journal's schema that tables alone cannot say: its first head row, and that it is append-only.

Called from each service's first migration. A change here is a new function for a new migration, never an edit.
"""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identifiers import random_reference

_FORBIDDEN = ("update", "delete")


def protect_journal_1(connection: sa.Connection, *, epoch: str | None = None) -> None:
    """Write the head row and forbid every change of what stands in the journal, whoever attempts it."""
    connection.execute(
        sa.text(
            "insert into journal_head (id, epoch, size, recorded_at) values (1, :epoch, 0, :instant)"
        ),
        {"epoch": epoch or random_reference(), "instant": "1970-01-01T00:00:00.000000Z"},
    )
    if connection.dialect.name == "sqlite":
        _protect_on_sqlite(connection)
    else:
        _protect_on_postgresql(connection)


def _protect_on_sqlite(connection: sa.Connection) -> None:
    for action in _FORBIDDEN:
        connection.execute(
            sa.text(
                f"create trigger journal_entry_no_{action} before {action} on journal_entry"
                " begin select raise(abort, 'the journal is append-only'); end"
            )
        )
    connection.execute(
        sa.text(
            "create trigger journal_head_only_grows before update on journal_head"
            " when new.size < old.size or new.epoch <> old.epoch or new.recorded_at < old.recorded_at"
            " begin select raise(abort, 'the journal only grows'); end"
        )
    )
    connection.execute(
        sa.text(
            "create trigger journal_head_stays before delete on journal_head"
            " begin select raise(abort, 'the journal only grows'); end"
        )
    )


def _protect_on_postgresql(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "create function refuse_journal_change() returns trigger language plpgsql as"
            " $$ begin raise exception 'the journal is append-only' using errcode = 'restrict_violation'; end $$"
        )
    )
    connection.execute(
        sa.text(
            "create trigger journal_entry_append_only before update or delete or truncate on journal_entry"
            " for each statement execute function refuse_journal_change()"
        )
    )
    connection.execute(
        sa.text(
            "create function check_journal_head() returns trigger language plpgsql as"
            " $$ begin if new.size < old.size or new.epoch <> old.epoch or new.recorded_at < old.recorded_at then"
            " raise exception 'the journal only grows' using errcode = 'restrict_violation';"
            " end if; return new; end $$"
        )
    )
    connection.execute(
        sa.text(
            "create trigger journal_head_only_grows before update on journal_head"
            " for each row execute function check_journal_head()"
        )
    )
    connection.execute(
        sa.text(
            "create trigger journal_head_stays before delete or truncate on journal_head"
            " for each statement execute function refuse_journal_change()"
        )
    )
