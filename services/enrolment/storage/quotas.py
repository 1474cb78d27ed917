"""Quotas: what each counts, its places, and how many of them cards hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import HOLDS_NO_PLACE, Place, Quota, Reach
from services.enrolment.storage.tables.programme import CARD, QUOTA
from vocabulary.regions import present_code

C, Q = CARD.c, QUOTA.c
_ALL = ""

_BY_PLACE = sa.select(C.scheme, C.region, C.cluster, sa.func.count().label("cards")).group_by(
    C.scheme, C.region, C.cluster
)
_OF_PROGRAMME = sa.select(QUOTA).where(Q.wave_id.is_(None)).order_by(Q.quota_id)


class QuotaStore:
    """The table of quotas."""

    def __init__(self, database: Database) -> None:
        self._places = _BY_PLACE.where(database.is_among(C.card_ref))
        self._database = database
        columns = {column.name: column.type for column in Q}
        given = database.recordset(columns)
        self._add = sa.insert(QUOTA).from_select(
            list(columns), sa.select(*[given.c[name] for name in columns])
        )
        counts = database.recordset({"quota_id": Identifier(), "count": sa.Integer()})
        same = Q.quota_id == counts.c.quota_id
        self._take = sa.update(QUOTA).where(same).values(used=Q.used + counts.c.count)
        left = Q.used - counts.c.count
        self._give_back = (
            sa.update(QUOTA)
            .where(same)
            .values(used=left, most=sa.case((left > Q.places, left), else_=Q.places))
        )
        self._set_used = (
            sa.update(QUOTA)
            .where(same)
            .values(
                used=counts.c.count,
                most=sa.case((counts.c.count > Q.places, counts.c.count), else_=Q.places),
            )
        )
        self._set_places = (
            sa.update(QUOTA)
            .where(same)
            .values(
                places=counts.c.count,
                most=sa.case((Q.used > counts.c.count, Q.used), else_=counts.c.count),
            )
        )

    def lock(self, connection: sa.Connection, wave_id: str | None) -> list[Quota]:
        """Lock the programme's quotas, and return them with those of a wave that is locked already.

        Whoever changes what cards hold takes these locks, so that one admission is decided after the other: what it
        finds of people, family cards and places is true until it commits.
        """
        connection.execute(_OF_PROGRAMME.with_for_update(key_share=True))
        return self.read(connection, wave_id)

    def read(self, connection: sa.Connection, wave_id: str | None) -> list[Quota]:
        """Read the programme's quotas, and those of a wave if one is given, without locking them."""
        mine = sa.select(QUOTA).where(Q.wave_id == wave_id).order_by(Q.quota_id)
        rows = [*connection.execute(_OF_PROGRAMME), *(connection.execute(mine) if wave_id else ())]
        return [quota_of(row) for row in rows]

    def waves(self, connection: sa.Connection) -> list[str]:
        """Return the waves that have quotas of their own."""
        query = sa.select(Q.wave_id).where(Q.wave_id.is_not(None)).distinct().order_by(Q.wave_id)
        return list(connection.execute(query).scalars())

    def held(self, connection: sa.Connection, wave_id: str | None) -> Mapping[Place, int]:
        """Count the cards of a locked wave, or without one of all, that hold a place, by their place."""
        holding = C.state.not_in(sorted(state.value for state in HOLDS_NO_PLACE))
        query = _BY_PLACE.where(holding)
        return _counted(
            connection.execute(query if wave_id is None else query.where(C.wave_id == wave_id))
        )

    def add(self, connection: sa.Connection, quotas: Sequence[Quota]) -> None:
        """Add quotas of a wave."""
        rows = [
            {
                "quota_id": quota.quota_id,
                "wave_id": quota.wave_id,
                "scheme": quota.reach.scheme or _ALL,
                "region": quota.reach.region or _ALL,
                "cluster": quota.reach.cluster or _ALL,
                "places": quota.places,
                "most": max(quota.places or 0, quota.used),
                "used": quota.used,
            }
            for quota in quotas
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def set_places(self, connection: sa.Connection, places: Mapping[str, int]) -> None:
        """Give locked quotas other numbers of places, by their ids."""
        self._execute(connection, self._set_places, places)

    def set_used(self, connection: sa.Connection, counts: Mapping[str, int]) -> None:
        """Set how many places of locked quotas are used, by their ids."""
        self._execute(connection, self._set_used, counts)

    def take(self, connection: sa.Connection, counts: Mapping[str, int]) -> None:
        """Count places of locked quotas as taken."""
        self._execute(connection, self._take, counts)

    def give_back(self, connection: sa.Connection, counts: Mapping[str, int]) -> None:
        """Count places of locked quotas as free."""
        self._execute(connection, self._give_back, counts)

    def places(self, connection: sa.Connection, card_refs: Sequence[str]) -> Mapping[Place, int]:
        """Count cards by what they take their places under."""
        return _counted(connection.execute(self._places, {"keys": self._database.keys(card_refs)}))

    def _execute(
        self, connection: sa.Connection, statement: sa.Update, counts: Mapping[str, int]
    ) -> None:
        rows = [{"quota_id": name, "count": count} for name, count in sorted(counts.items())]
        if rows:
            connection.execute(statement, {"rows": rows_parameter(rows)})


def _counted(rows: Iterable[sa.Row[Any]]) -> Mapping[Place, int]:
    """Return how many cards there are at each place; those kept under a code that was abolished are the successor's."""
    places: Counter[Place] = Counter()
    for row in rows:
        places[Place(Scheme(row.scheme), present_code(row.region), row.cluster)] += row.cards
    return places


def quota_of(row: sa.Row[Any]) -> Quota:
    """Make a quota of its row."""
    return Quota(
        quota_id=row.quota_id,
        wave_id=row.wave_id,
        reach=Reach(
            Scheme(row.scheme) if row.scheme else None,
            present_code(row.region) or None,
            row.cluster or None,
        ),
        places=row.places,
        used=row.used,
        set_for=row.region or None,
    )
