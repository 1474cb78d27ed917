"""Many rows as one parameter: a statement's text, and so its plan, stays the same however many they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from chassis.clock import write_instant


def rows_parameter(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as the one JSON parameter of a `recordset`; instants as text."""
    return _ROWS.encode(rows)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return write_instant(value)
    raise TypeError(f"{type(value).__name__} cannot be written into a recordset")


_ROWS = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"))


def recordset(
    dialect: str, columns: tuple[tuple[str, TypeEngine[Any]], ...], name: str
) -> sa.FromClause:
    """Return the rows of the parameter `:rows` as a table, for a database of that dialect."""
    rows = sa.bindparam("rows", type_=sa.Text)
    if dialect == "postgresql":
        table = sa.func.json_to_recordset(sa.cast(rows, _PlainJson)).table_valued(
            *[sa.column(column, type_) for column, type_ in columns]
        )
        return table.render_derived(name=name, with_types=True)
    each = sa.func.json_each(rows).table_valued("value", name=f"{name}_each")
    return sa.select(
        *[
            sa.type_coerce(sa.func.json_extract(each.c.value, f"$.{column}"), type_).label(column)
            for column, type_ in columns
        ]
    ).subquery(name)


class _PlainJson(sa.types.UserDefinedType[str]):
    """PostgreSQL's `json`, given and taken as text: our rows are written already."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "json"
