"""How much has come of lists of people who may hold no card, and which no longer come."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.enrolment.domain.exclusion.exclusion_list import ListState
from services.enrolment.storage.exclusion_lists import update_list
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST

L = EXCLUSION_LIST.c


class ReceivedLists:
    """The table of lists, as far as their files are received."""

    def save_receiving(self, connection: sa.Connection, list_id: str, *, now: datetime) -> None:
        """Save that the file of a locked list begins to come."""
        update_list(connection, list_id, state=ListState.RECEIVING, touched_at=now)

    def count_rows(
        self,
        connection: sa.Connection,
        list_id: str,
        *,
        listed: int,
        duplicates: int,
        refused: int,
        now: datetime,
    ) -> None:
        """Count more rows of a list that is being received."""
        update_list(
            connection,
            list_id,
            rows=L.rows + listed + duplicates + refused,
            listed=L.listed + listed,
            duplicates=L.duplicates + duplicates,
            refused=L.refused + refused,
            touched_at=now,
        )

    def save_received(
        self, connection: sa.Connection, list_id: str, *, position: int, now: datetime
    ) -> None:
        """Save that all of a locked list is there."""
        update_list(connection, list_id, state=ListState.READY, received_at=now, position=position)

    def save_awaited(self, connection: sa.Connection, list_id: str) -> None:
        """Save that nothing of a locked list is there any more."""
        none = dict.fromkeys(("rows", "listed", "duplicates", "refused"), 0)
        update_list(connection, list_id, state=ListState.AWAITED, **none)

    def abandoned_before(self, connection: sa.Connection, instant: datetime) -> list[str]:
        """Return the lists that are being received and of which nothing came since an instant."""
        query = sa.select(L.list_id).where(L.state == ListState.RECEIVING, L.touched_at < instant)
        return list(connection.execute(query.order_by(L.list_id)).scalars())
