"""What tables alone cannot say of a journal: its first head row, and that nothing in it ever changes.

Called from each service's first migration. A change here is a new function for a new migration, never an edit.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.identifiers import random_reference


def protect_journal_1(connection: sa.Connection, *, epoch: str | None = None) -> None:
    """Write the head row, and forbid every change of what stands in the journal, whoever attempts it."""
    connection.execute(
        sa.text(
            "insert into journal_head (id, epoch, size, recorded_at) values (1, :epoch, 0, :instant)"
        ),
        {"epoch": epoch or random_reference(), "instant": "1970-01-01T00:00:00.000000Z"},
    )
    forbid_changes_1(connection, "journal_entry", key="position")
    if connection.dialect.name == "sqlite":
        _run(connection, _SQLITE_HEAD)
    else:
        _run(connection, _POSTGRESQL_HEAD)


def forbid_changes_1(connection: sa.Connection, table: str, *, key: str) -> None:
    """Make a table append-only by trigger: rows are added, never changed and never removed.

    `key` names its primary key: SQLite's `insert or replace` removes the row in the way without any delete trigger.
    """
    forbid_changes_2(connection, table, keys=(key,))


def forbid_changes_2(connection: sa.Connection, table: str, *, keys: Sequence[str]) -> None:
    """Do as `forbid_changes_1` does with a table whose primary key has several columns."""
    if connection.dialect.name == "sqlite":
        refuse = "begin select raise(abort, 'this table is append-only'); end"
        same = " and ".join(f"{key} = new.{key}" for key in keys)
        taken = f"exists (select 1 from {table} where {same})"  # noqa: S608
        _run(
            connection,
            [
                f"create trigger {table}_no_update before update on {table} {refuse}",
                f"create trigger {table}_no_delete before delete on {table} {refuse}",
                f"create trigger {table}_no_replace before insert on {table} when {taken} {refuse}",
            ],
        )
        return
    _run(
        connection,
        [
            "create or replace function refuse_change() returns trigger language plpgsql as"
            " $$ begin raise exception 'this table is append-only'"
            " using errcode = 'restrict_violation'; end $$",
            f"create trigger {table}_append_only before update or delete or truncate on {table}"
            " for each statement execute function refuse_change()",
        ],
    )


def _run(connection: sa.Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(sa.text(statement))


_SQLITE_HEAD = [
    "create trigger journal_head_only_grows before update on journal_head"
    " when new.size < old.size or new.epoch <> old.epoch or new.recorded_at < old.recorded_at"
    " begin select raise(abort, 'the journal only grows'); end",
    "create trigger journal_head_stays before delete on journal_head"
    " begin select raise(abort, 'the journal only grows'); end",
    "create trigger journal_head_is_one before insert on journal_head"
    " begin select raise(abort, 'the journal only grows'); end",
]

_POSTGRESQL_HEAD = [
    "create function check_journal_head() returns trigger language plpgsql as $$ begin"
    " if new.size < old.size or new.epoch <> old.epoch or new.recorded_at < old.recorded_at then"
    " raise exception 'the journal only grows' using errcode = 'restrict_violation';"
    " end if; return new; end $$",
    "create trigger journal_head_only_grows before update on journal_head"
    " for each row execute function check_journal_head()",
    "create trigger journal_head_stays before delete or truncate on journal_head"
    " for each statement execute function refuse_change()",
]
