"""Tables changed behind the service's back, as the application cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from tests.services.enrolment.house import House

Tamperings = dict[str, tuple[str, set[str]]]
"""By what is tampered with: a statement, in which a `:name` stands for an id, and the kinds of difference it makes."""

_GUARDED = (
    "movement",
    "journal_entry",
    "evidence",
    "training_result",
    "survey",
    "account_day",
    "person",
    "suppressed_person",
)
"""Tables with triggers."""


def tamper(
    house: House, statement: str, ids: Mapping[str, str], *, without: Sequence[str] = ()
) -> None:
    """Do as the owner what the application cannot: with triggers gone, and some constraints of classes too."""
    with house.as_owner() as connection:
        if connection.dialect.name == "sqlite":
            _unguard_sqlite(connection, without)
        else:
            _unguard_postgresql(connection, without)
        text = sa.text(statement)
        connection.execute(text, {name: ids[name] for name in text.compile().params})


def _unguard_sqlite(connection: sa.Connection, constraints: Sequence[str]) -> None:
    triggers = sa.text("select name from sqlite_master where type = 'trigger'")
    for name in connection.execute(triggers).scalars().all():
        connection.execute(sa.text(f"drop trigger {name}"))
    if constraints:
        connection.execute(sa.text("pragma ignore_check_constraints = on"))


def _unguard_postgresql(connection: sa.Connection, constraints: Sequence[str]) -> None:
    for table in _GUARDED:
        connection.execute(sa.text(f"alter table {table} disable trigger user"))
    for constraint in constraints:
        connection.execute(sa.text(f"alter table training_class drop constraint {constraint}"))
