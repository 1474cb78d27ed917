"""Lists in the order of ids: an order that never changes, so that a walk neither skips nor repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.identifiers import is_id
from chassis.pagination import page_of, read_cursor
from chassis.problems import FieldError, ValidationFailed


def after_cursor(
    query: sa.Select[Any], key: sa.ColumnElement[str], *, cursor: str | None, limit: int
) -> sa.Select[Any]:
    """Narrow a query to the page after a cursor, and one row more. Raises `ValidationFailed` for a foreign cursor."""
    after = read_cursor(cursor, parts=1)
    if after is not None:
        if not is_id(after[0]):
            raise ValidationFailed(
                errors=[FieldError("/cursor", "This cursor belongs to another list.")]
            )
        query = query.where(key > after[0])
    return query.order_by(key).limit(limit + 1)


def page_by_id(
    things: Sequence[Any], *, limit: int, present: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Make the answer of a list from up to `limit + 1` things in the order of their ids."""
    documents = [present(thing) for thing in things]
    return page_of(documents, limit=limit, present=lambda d: d, key=lambda d: (str(d["id"]),))
