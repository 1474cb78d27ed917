"""Enrolments: loaded for judging, added, and changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import (
    HOLDS_A_SEAT,
    Enrolment,
    EnrolmentState,
    PastEnrolment,
)
from services.enrolment.storage.classes import read_meetings
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS

E = ENROLMENT.c
_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "enrolment_id": Identifier(),
    "card_ref": Identifier(),
    "class_id": Identifier(),
    "provider_id": Identifier(),
    "track": sa.String(16),
    "state": sa.String(16),
    "price": sa.BigInteger(),
    "enrolled_at": Instant(),
    "live_slot": sa.SmallInteger(),
    "card_state_before": sa.String(16),
    "card_deadline_before": Instant(),
    "rule_version": sa.String(32),
    "holder_due_at": Instant(),
    "provider_due_at": Instant(),
    "assisted": sa.Boolean(),
    "consent": sa.Boolean(),
}
_CHANGING: dict[str, sa.types.TypeEngine[Any]] = {
    "enrolment_id": Identifier(),
    "state": sa.String(16),
    "live_slot": sa.SmallInteger(),
    "reviewed": sa.Boolean(),
    "holder_due_at": Instant(),
    "open_again_at": Instant(),
}


class EnrolmentStore:
    """The table of enrolments."""

    def __init__(self, database: Database) -> None:
        self._database = database
        meetings = (  # not a join: one would go from a full class to all its enrolments
            sa.select(TRAINING_CLASS.c.meetings)
            .where(TRAINING_CLASS.c.class_id == E.class_id)
            .scalar_subquery()
        )
        self._history = (
            sa.select(
                E.card_ref,
                E.class_id,
                E.state,
                E.enrolled_at,
                E.live_slot,
                E.reviewed,
                E.open_again_at,
                meetings.label("meetings"),
            )
            .where(database.is_among(E.card_ref))
            .where(E.state != EnrolmentState.CANCELLED.value)
        )
        self._completed = (
            sa.select(E.card_ref)
            .distinct()
            .where(database.is_among(E.card_ref), E.state == EnrolmentState.COMPLETED.value)
        )
        self._live_in = (
            sa.select(ENROLMENT)
            .where(E.class_id == sa.bindparam("class_id"))
            .where(E.state.in_(sorted(state.value for state in HOLDS_A_SEAT)))
            .order_by(E.enrolment_id)
            .limit(sa.bindparam("limit"))
        )
        changed = database.recordset(_CHANGING)
        values: dict[str, Any] = {
            name: changed.c[name] for name in _CHANGING if name != "enrolment_id"
        }
        # Whoever moves a class forgets it without a card's lock, so it is not written back as it was read.
        values["provider_due_at"] = sa.case((changed.c.live_slot.is_not(None), E.provider_due_at))
        self._save_states = (
            sa.update(ENROLMENT).where(E.enrolment_id == changed.c.enrolment_id).values(values)
        )
        self._find_all = (
            sa.select(ENROLMENT).where(database.is_among(E.enrolment_id)).order_by(E.enrolment_id)
        )
        given = database.recordset(_COLUMNS)
        self._add = sa.insert(ENROLMENT).from_select(
            list(_COLUMNS), sa.select(*[given.c[name] for name in _COLUMNS])
        )

    def history(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, list[PastEnrolment]]:
        """Read the enrolments of each card that were not cancelled."""
        keys = self._database.keys(card_refs)
        history: dict[str, list[PastEnrolment]] = {}
        for row in connection.execute(self._history, {"keys": keys}):
            history.setdefault(row.card_ref, []).append(_past_of(row))
        return history

    def completed(self, connection: sa.Connection, card_refs: Sequence[str]) -> set[str]:
        """Return which of these locked cards have a training that was completed, and not voided since."""
        keys = {"keys": self._database.keys(card_refs)}
        return set(connection.execute(self._completed, keys).scalars())

    def add(self, connection: sa.Connection, enrolments: Sequence[Enrolment]) -> None:
        """Add new enrolments in one statement."""
        rows = [{name: getattr(enrolment, name) for name in _COLUMNS} for enrolment in enrolments]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def find(self, connection: sa.Connection, enrolment_id: str) -> Enrolment | None:
        """Read one enrolment; lock its class and card before changing it."""
        row = connection.execute(
            sa.select(ENROLMENT).where(E.enrolment_id == enrolment_id)
        ).one_or_none()
        return None if row is None else enrolment_of(row)

    def find_all(
        self, connection: sa.Connection, enrolment_ids: Sequence[str]
    ) -> dict[str, Enrolment]:
        """Read many enrolments; lock their cards before changing them, and read them again."""
        keys = {"keys": self._database.keys(enrolment_ids)}
        found = connection.execute(self._find_all, keys)
        return {row.enrolment_id: enrolment_of(row) for row in found}

    def live_in(self, connection: sa.Connection, class_id: str, *, limit: int) -> list[Enrolment]:
        """Read up to so many enrolments that hold a seat in a class, in the order of enrolling."""
        found = connection.execute(self._live_in, {"class_id": class_id, "limit": limit})
        return [enrolment_of(row) for row in found]

    def live_after(
        self, connection: sa.Connection, class_id: str, enrolment_id: str | None, *, limit: int
    ) -> list[Enrolment]:
        """Read up to so many enrolments that hold a seat in a class, in the order of enrolling, after one of them."""
        query = sa.select(ENROLMENT).where(E.class_id == class_id, E.live_slot.is_not(None))
        if enrolment_id is not None:
            query = query.where(E.enrolment_id > enrolment_id)
        found = connection.execute(query.order_by(E.enrolment_id).limit(limit))
        return [enrolment_of(row) for row in found]

    def set_aside(self, connection: sa.Connection, card_ref: str) -> int:
        """Return the rupiah that a locked card's running trainings hold: a cancellation would return them."""
        live = sa.select(sa.func.coalesce(sa.func.sum(E.price), 0)).where(
            E.card_ref == card_ref, E.live_slot.is_not(None)
        )
        return int(connection.execute(live).scalar_one())

    def save_states(self, connection: sa.Connection, enrolments: Sequence[Enrolment]) -> None:
        """Save what changes of enrolments whose cards are locked, in one statement.

        `provider_due_at` goes when an enrolment ends, and else stays as it stands by then.
        """
        rows = [{name: getattr(each, name) for name in _CHANGING} for each in enrolments]
        if rows:
            connection.execute(self._save_states, {"rows": rows_parameter(rows)})

    def save_state(self, connection: sa.Connection, enrolment: Enrolment) -> None:
        """Save what changes of an enrolment whose card is locked."""
        self.save_states(connection, [enrolment])


def _past_of(row: Any) -> PastEnrolment:
    return PastEnrolment(
        class_id=row.class_id,
        state=EnrolmentState(row.state),
        enrolled_at=row.enrolled_at,
        live_slot=row.live_slot,
        reviewed=row.reviewed,
        meetings=read_meetings(row.meetings),
        open_again_at=row.open_again_at,
    )


def enrolment_of(row: sa.Row[Any]) -> Enrolment:
    """Make an enrolment of its row."""
    return Enrolment(
        enrolment_id=row.enrolment_id,
        card_ref=row.card_ref,
        class_id=row.class_id,
        provider_id=row.provider_id,
        track=row.track,
        state=EnrolmentState(row.state),
        price=row.price,
        enrolled_at=row.enrolled_at,
        live_slot=row.live_slot,
        card_state_before=CardState(row.card_state_before),
        card_deadline_before=row.card_deadline_before,
        rule_version=row.rule_version,
        reviewed=row.reviewed,
        holder_due_at=row.holder_due_at,
        provider_due_at=row.provider_due_at,
        open_again_at=row.open_again_at,
        assisted=row.assisted,
        consent=row.consent,
    )
