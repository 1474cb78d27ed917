"""Who was let in again: nothing personal stands in it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.identifiers import is_id
from chassis.pagination import Page, foreign_cursor
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.storage.people.recoveries import load_recoveries


def list_recoveries(
    connection: sa.Connection, page: Page, *, region: str | None
) -> Sequence[Recovery]:
    """Read one recovery more than a page has; of one region, or of all where there is none."""
    if page.after is not None and not is_id(page.after):
        raise foreign_cursor()
    return load_recoveries(connection, region=region, before=page.after, limit=page.limit + 1)
