"""Versions of the lists of people who may hold no card: where each stands. Who is on them, `listed_persons` keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList, ListState
from services.enrolment.storage.persons import Fingerprints
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST, LISTED_PERSON, REFUSED_LINE

L = EXCLUSION_LIST.c


class ExclusionListStore:
    """The table of lists."""

    def __init__(self, database: Database, *, fingerprints: Fingerprints) -> None:
        self._database = database
        self._fingerprints = fingerprints

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether the persons of a list were listed under the key given; true where nobody is listed.

        Under another key none of them would be found. Nothing can be read back from the digests themselves.
        """
        listed = sa.select(LISTED_PERSON.c.list_id).limit(1).scalar_subquery()
        query = sa.select(L.list_id, L.key_digest).where(L.list_id == listed)
        row = connection.execute(query).one_or_none()
        return row is None or self._fingerprints.exclusion_list(row.list_id) == str(row.key_digest)

    def hold_numbers(self, connection: sa.Connection, group: str) -> None:
        """Hold the numbers of a group's lists until the transaction ends: of two who announce one, one waits."""
        self._database.lock_names(connection, [f"exclusion-list {group}"])

    def next_number(self, connection: sa.Connection, group: str) -> int:
        """Return the number of the next list of a group whose numbers are held."""
        query = sa.select(sa.func.coalesce(sa.func.max(L.number), 0) + 1).where(L.people == group)
        return int(connection.execute(query).scalar_one())

    def add(
        self,
        connection: sa.Connection,
        one: ExclusionList,
        *,
        by: str,
        position: int,
        now: datetime,
    ) -> None:
        """Add a list of which nothing has come yet; `position` is that of the entry that tells of it."""
        connection.execute(
            sa.insert(EXCLUSION_LIST).values(
                list_id=one.list_id,
                key_digest=self._fingerprints.exclusion_list(one.list_id),
                people=one.group,
                number=one.number,
                issuer=one.issuer,
                as_of=one.as_of.isoformat(),
                reason=one.reason,
                state=one.state,
                announced_by=by,
                announced_at=now,
                touched_at=now,
                position=position,
            )
        )

    def lock(self, connection: sa.Connection, list_id: str) -> ExclusionList | None:
        """Lock a list, waiting for whoever holds it."""
        return self._find(connection, sa.select(EXCLUSION_LIST).with_for_update(), list_id)

    def lock_if_free(self, connection: sa.Connection, list_id: str) -> ExclusionList | None:
        """Lock a list that nobody else holds; None where somebody does, or where there is none."""
        query = sa.select(EXCLUSION_LIST).with_for_update(skip_locked=True)
        return self._find(connection, query, list_id)

    def read(self, connection: sa.Connection, list_id: str) -> ExclusionList | None:
        """Read a list without locking it."""
        return self._find(connection, sa.select(EXCLUSION_LIST), list_id)

    def lock_in_force(self, connection: sa.Connection, group: str) -> ExclusionList | None:
        """Lock the list of a group that is in force."""
        return self._in_force(connection, sa.select(EXCLUSION_LIST).with_for_update(), group)

    def in_force(self, connection: sa.Connection, group: str) -> ExclusionList | None:
        """Read the list of a group that is in force."""
        return self._in_force(connection, sa.select(EXCLUSION_LIST), group)

    def save_superseded(
        self, connection: sa.Connection, list_id: str, *, position: int, now: datetime
    ) -> None:
        """Save that a locked list is not in force any more; do so before another one is."""
        update_list(
            connection, list_id, state=ListState.SUPERSEDED, out_of_force_at=now, position=position
        )

    def save_activated(
        self,
        connection: sa.Connection,
        list_id: str,
        *,
        follows: str | None,
        by: str,
        position: int,
        now: datetime,
    ) -> None:
        """Save that a locked list is in force, in the place of the one that it follows."""
        update_list(
            connection,
            list_id,
            state=ListState.IN_FORCE,
            follows=follows,
            activated_by=by,
            activated_at=now,
            position=position,
        )

    def save_in_force_again(
        self, connection: sa.Connection, list_id: str, *, position: int
    ) -> None:
        """Save that a locked list is in force again; who was awarded a card meanwhile is yet to be looked through."""
        update_list(
            connection,
            list_id,
            state=ListState.IN_FORCE,
            out_of_force_at=None,
            checked_to="",
            checked=0,
            checked_at=None,
            position=position,
        )

    def save_withdrawn(
        self,
        connection: sa.Connection,
        list_id: str,
        *,
        by: str,
        reason: str,
        position: int,
        now: datetime,
    ) -> None:
        """Save that a locked list was taken back."""
        update_list(
            connection,
            list_id,
            state=ListState.WITHDRAWN,
            out_of_force_at=now,
            withdrawn_by=by,
            withdrawn_at=now,
            withdrawal_reason=reason,
            position=position,
        )

    def activated_at(self, connection: sa.Connection, list_id: str) -> datetime | None:
        """Return since when a list was in force, also where it is no longer, or is again."""
        query = sa.select(L.activated_at).where(L.list_id == list_id)
        since: datetime | None = connection.execute(query).scalar_one()
        return since

    def to_forget(self, connection: sa.Connection, before: datetime) -> list[str]:
        """Return the lists that went out of force before an instant, of which something is kept that nobody needs.

        What would be in force again if the one in force were taken back is needed.
        """
        later = EXCLUSION_LIST.alias("later")
        needed = (
            sa.select(later.c.list_id)
            .where(later.c.follows == L.list_id, later.c.state == ListState.IN_FORCE)
            .exists()
        )
        left = [
            sa.select(table.c.list_id).where(table.c.list_id == L.list_id).exists()
            for table in (LISTED_PERSON, REFUSED_LINE)
        ]
        query = sa.select(L.list_id).where(
            L.state.in_([ListState.SUPERSEDED, ListState.WITHDRAWN]),
            sa.or_(L.forgotten_at.is_(None), *left),
            L.out_of_force_at < before,
            sa.not_(needed),
        )
        return list(connection.execute(query.order_by(L.list_id)).scalars())

    def save_forgotten(self, connection: sa.Connection, list_id: str, *, now: datetime) -> None:
        """Save that who was on a locked list is not known any more."""
        update_list(connection, list_id, forgotten_at=now)

    def _in_force(
        self, connection: sa.Connection, query: sa.Select[Any], group: str
    ) -> ExclusionList | None:
        found = query.where(L.people == group, L.state == ListState.IN_FORCE)
        row = connection.execute(found).one_or_none()
        return None if row is None else list_of(row)

    def _find(
        self, connection: sa.Connection, query: sa.Select[Any], list_id: str
    ) -> ExclusionList | None:
        row = connection.execute(query.where(L.list_id == list_id)).one_or_none()
        return None if row is None else list_of(row)


def update_list(connection: sa.Connection, list_id: str, **values: Any) -> None:
    """Write values of a locked list."""
    connection.execute(sa.update(EXCLUSION_LIST).where(L.list_id == list_id).values(**values))


def list_of(row: sa.Row[Any]) -> ExclusionList:
    """Make a list of its row."""
    return ExclusionList(
        list_id=row.list_id,
        group=row.people,
        number=row.number,
        issuer=row.issuer,
        as_of=date.fromisoformat(row.as_of),
        reason=row.reason,
        state=ListState(row.state),
        rows=row.rows,
        listed=row.listed,
        duplicates=row.duplicates,
        refused=row.refused,
        follows=row.follows,
        forgotten=row.forgotten_at is not None,
    )
