"""Two tables that never hold the same key, by trigger: what a unique index says of one table.

Called from migrations. A change here is a new function for a new migration, never an edit.
"""

from __future__ import annotations

import sqlalchemy as sa


def keep_apart_1(connection: sa.Connection, table: str, other: str, *, key: str) -> None:
    """Refuse a row in either table whose key stands in the other one.

    On PostgreSQL it is looked at once the row is there: a row that waited for another transaction's is judged by what
    that one committed. Of two that add the same key to one table each, at one moment, neither sees the other's.
    """
    for one, another in ((table, other), (other, table)):
        name = f"{one}_apart_from_{another}"
        there = f"exists (select 1 from {another} where {key} = new.{key})"  # noqa: S608
        told = f"{another} holds this {key} already"
        if connection.dialect.name == "sqlite":
            _run(
                connection,
                f"create trigger {name} before insert on {one} when {there}"
                f" begin select raise(abort, '{told}'); end",
            )
            continue
        _run(
            connection,
            f"create function {name}() returns trigger language plpgsql as $$ begin"
            f" if {there} then raise exception '{told}' using errcode = 'unique_violation'; end if;"
            " return null; end $$",
        )
        _run(
            connection,
            f"create trigger {name} after insert on {one} for each row execute function {name}()",
        )


def _run(connection: sa.Connection, statement: str) -> None:
    connection.execute(sa.text(statement))
