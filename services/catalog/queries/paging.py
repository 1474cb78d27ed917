"""Lists in the order of ids: an order that never changes, so that a walk neither skips nor repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page


def page_by_id(
    connection: sa.Connection,
    query: sa.Select[Any],
    key: sa.ColumnElement[str],
    *,
    page: Page,
    write: Callable[[Sequence[sa.Row[Any]]], Sequence[dict[str, Any]]],
) -> dict[str, Any]:
    """Read a page of a query and make the answer of what `write` makes of its rows; `key` is the column of the ids."""
    if page.after is not None:
        query = query.where(key > page.after)
    rows = connection.execute(query.order_by(key).limit(page.limit + 1)).all()
    return page.of(write(rows), present=dict, key=lambda shown: str(shown["id"]))
