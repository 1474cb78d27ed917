"""How a database looks for something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests.services.enrolment.house import House


def plan_of(house: House, look: Callable[[sa.Connection], object]) -> str:
    """Return how the database carries out the last statement of a look, where it reads no table as a whole."""
    database = house.service.database
    asked: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    with database.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        sa.event.listen(database.engine, "before_cursor_execute", note)
        look(connection)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        if not is_sqlite:
            connection.exec_driver_sql("set local enable_seqscan = off")
        explain = "explain query plan" if is_sqlite else "explain"
        return str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())
