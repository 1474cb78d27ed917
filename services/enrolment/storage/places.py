"""Places in waiting lists: added, found in their order, and changed by whoever holds their class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.seats.training_class import PUBLISHED
from services.enrolment.domain.seats.waiting_list import Place, PlaceState, Released
from services.enrolment.storage.classes import ids_after
from services.enrolment.storage.tables.seats import PLACE, TRAINING_CLASS

P, T = PLACE.c, TRAINING_CLASS.c
_ADDED: dict[str, sa.types.TypeEngine[Any]] = {
    "enrolment_id": Identifier(),
    "card_ref": Identifier(),
    "class_id": Identifier(),
    "provider_id": Identifier(),
    "state": sa.String(16),
    "price": sa.BigInteger(),
    "number": sa.Integer(),
    "joined_at": Instant(),
    "rule_version": sa.String(32),
    "assisted": sa.Boolean(),
    "consent": sa.Boolean(),
}
_CHANGING: dict[str, sa.types.TypeEngine[Any]] = {
    "enrolment_id": Identifier(),
    "state": sa.String(16),
    "offered_at": Instant(),
    "offer_expires_at": Instant(),
    "released": sa.String(24),
}
_HAS_LIST = sa.or_(T.waiting > sa.literal_column("0"), T.offered > sa.literal_column("0"))


def is_place(state: PlaceState, of: sa.FromClause = PLACE) -> sa.ColumnElement[bool]:
    """Return the condition that a place stands so, as the indexes have it: SQLite knows it by its words alone."""
    condition: sa.ColumnElement[bool] = of.c.state == sa.literal_column(f"'{state.value}'")
    return condition


_IS_OPEN = sa.or_(is_place(PlaceState.WAITLISTED), is_place(PlaceState.OFFERED))


class PlaceStore:
    """The table of places."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._of_cards = (
            sa.select(PLACE)
            .where(database.is_among(P.card_ref), _IS_OPEN)
            .order_by(P.card_ref, P.enrolment_id)
        )
        given = database.recordset(_ADDED)
        self._add = sa.insert(PLACE).from_select(
            list(_ADDED), sa.select(*[given.c[name] for name in _ADDED])
        )
        changed = database.recordset(_CHANGING)
        self._save = (
            sa.update(PLACE)
            .where(P.enrolment_id == changed.c.enrolment_id)
            .values({name: changed.c[name] for name in _CHANGING if name != "enrolment_id"})
        )

    def open_of(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, list[Place]]:
        """Read the open places of cards, by card; lock the classes first where they are to be changed."""
        found: dict[str, list[Place]] = {}
        keys = {"keys": self._database.keys(card_refs)}
        for row in connection.execute(self._of_cards, keys):
            found.setdefault(row.card_ref, []).append(place_of(row))
        return found

    def find(self, connection: sa.Connection, enrolment_id: str) -> Place | None:
        """Read one place."""
        query = sa.select(PLACE).where(P.enrolment_id == enrolment_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else place_of(row)

    def first_in(self, connection: sa.Connection, class_id: str, *, limit: int) -> list[Place]:
        """Read who waits longest for a seat in a locked class, in the order of joining."""
        query = sa.select(PLACE).where(P.class_id == class_id, is_place(PlaceState.WAITLISTED))
        rows = connection.execute(query.order_by(P.number).limit(limit))
        return [place_of(row) for row in rows]

    def offered_in(self, connection: sa.Connection, class_id: str) -> list[Place]:
        """Read to whom a seat in a locked class is offered; there are never more than it has seats."""
        query = sa.select(PLACE).where(P.class_id == class_id, is_place(PlaceState.OFFERED))
        found = [place_of(row) for row in connection.execute(query)]
        return sorted(found, key=lambda place: place.number)

    def add(self, connection: sa.Connection, places: Sequence[Place]) -> None:
        """Add places in one statement."""
        rows = [{name: getattr(place, name) for name in _ADDED} for place in places]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def save(self, connection: sa.Connection, places: Sequence[Place]) -> None:
        """Save what changes of places whose classes are locked, in one statement."""
        rows = [{name: getattr(place, name) for name in _CHANGING} for place in places]
        if rows:
            connection.execute(self._save, {"rows": rows_parameter(rows)})

    def classes_to_serve(
        self, connection: sa.Connection, *, now: datetime, after: str, limit: int
    ) -> list[str]:
        """Read in which classes something is to be done about the list, in the order of their ids, after one of them.

        A seat is free for who waits, an offer has run out as it is kept, or nobody gets a seat there any more.
        """
        is_over = sa.or_(T.status != PUBLISHED, T.registration_closes <= now)
        ran_out = (
            sa.exists()
            .where(P.class_id == T.class_id, is_place(PlaceState.OFFERED))
            .where(P.offer_expires_at <= now)
        )
        has_seat = sa.and_(T.held + T.offered < T.declared_seats, T.registration_opens <= now)
        query = (
            sa.select(T.class_id)
            .where(_HAS_LIST)
            .where(
                sa.or_(
                    sa.and_(T.waiting > 0, sa.or_(is_over, has_seat)),
                    sa.and_(T.offered > 0, sa.or_(T.status != PUBLISHED, ran_out)),
                )
            )
        )
        return ids_after(connection, query, after, limit=limit)


def place_of(row: sa.Row[Any]) -> Place:
    """Make a place of its row."""
    return Place(
        enrolment_id=row.enrolment_id,
        card_ref=row.card_ref,
        class_id=row.class_id,
        provider_id=row.provider_id,
        state=PlaceState(row.state),
        price=row.price,
        number=row.number,
        joined_at=row.joined_at,
        rule_version=row.rule_version,
        offered_at=row.offered_at,
        offer_expires_at=row.offer_expires_at,
        released=None if row.released is None else Released(row.released),
        assisted=row.assisted,
        consent=row.consent,
    )
