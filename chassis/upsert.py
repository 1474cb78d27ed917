"""Saving many rows in one statement, those that are there already too, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from chassis.database import Database


def put_unless_later(database: Database, table: sa.Table, *, key: str, order: str) -> sa.Insert:
    """Return the statement that saves the rows of the parameter `:rows`, each `key` once.

    A row that is there is replaced, unless its column `order` says that it is later. Pass the parameter as
    `{"rows": rows_parameter([...])}`.
    """
    statement = _inserting(database, table)
    told = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[table.c[key]],
        set_={column.name: told[column.name] for column in table.c if column.name != key},
        where=table.c[order] <= told[order],
    )


def put_unless_there(database: Database, table: sa.Table) -> sa.Insert:
    """Return the statement that saves the rows of the parameter `:rows` whose primary key is not there yet."""
    return _inserting(database, table).on_conflict_do_nothing(
        index_elements=list(table.primary_key.columns)
    )


def _inserting(database: Database, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the statement that inserts the rows of the parameter `:rows`."""
    insert = postgresql.insert if database.dialect == "postgresql" else sqlite.insert
    given = database.recordset({column.name: column.type for column in table.c})
    columns = [column.name for column in table.c]
    # SQLite reads ON CONFLICT after a SELECT as a join unless a WHERE stands between
    rows = sa.select(*[given.c[name] for name in columns]).where(sa.true())
    return insert(table).from_select(columns, rows)
