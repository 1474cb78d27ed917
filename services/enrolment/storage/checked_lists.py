"""Up to where the persons were looked through for each list in force."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.identifiers import is_id
from services.enrolment.domain.exclusion.exclusion_list import ListState
from services.enrolment.storage.exclusion_lists import update_list
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST

L = EXCLUSION_LIST.c


class CheckedLists:
    """The table of lists, as far as holders are looked for who are on them."""

    def to_check(self, connection: sa.Connection) -> list[str]:
        """Return the lists in force for which not all persons were looked through."""
        query = sa.select(L.list_id).where(L.state == ListState.IN_FORCE, L.checked_at.is_(None))
        return list(connection.execute(query.order_by(L.list_id)).scalars())

    def unchecked_after(self, connection: sa.Connection, list_id: str) -> str | None:
        """Return up to which card persons were looked through for a list in force; None where it was all.

        It is empty at the beginning.
        """
        query = sa.select(L.checked_to).where(
            L.list_id == list_id, L.state == ListState.IN_FORCE, L.checked_at.is_(None)
        )
        told = connection.execute(query).scalar_one_or_none()
        # A worker of the release before may write the digest of a NIK once more: then all are looked through anew.
        return told if told is None or is_id(told) else ""

    def checked(self, connection: sa.Connection, list_id: str) -> int:
        """Return how many persons were looked through for a list."""
        query = sa.select(L.checked).where(L.list_id == list_id)
        return int(connection.execute(query).scalar_one())

    def save_checked(
        self,
        connection: sa.Connection,
        list_id: str,
        *,
        to: str,
        persons: int,
        done_at: datetime | None,
    ) -> None:
        """Save that so many more persons were looked through for a locked list; with `done_at` that it was all."""
        update_list(
            connection, list_id, checked_to=to, checked=L.checked + persons, checked_at=done_at
        )
