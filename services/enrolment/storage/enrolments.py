"""Enrolments: loaded for judging, added, and changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import (
    HOLDS_A_SEAT,
    Enrolment,
    EnrolmentState,
    PastEnrolment,
)
from services.enrolment.storage.classes import read_meetings
from services.enrolment.storage.tables import ENROLMENT, JOURNAL, TRAINING_CLASS

E, J = ENROLMENT.c, JOURNAL.entry.c
_TOLD = (EntryKind.ENROLMENT_CONFIRMED, EntryKind.ENROLMENT_CANCELLED)
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
}


@dataclass(frozen=True, slots=True)
class CardBefore:
    """How a card stood before an enrolment: its balance in rupiah, and how many of its trainings were running."""

    balance: int
    running: int


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
                E.card_ref, E.class_id, E.state, E.live_slot, E.reviewed, meetings.label("meetings")
            )
            .where(database.is_among(E.card_ref))
            .where(E.state != EnrolmentState.CANCELLED.value)
        )
        self._live_in = (
            sa.select(ENROLMENT)
            .where(E.class_id == sa.bindparam("class_id"))
            .where(E.state.in_(sorted(state.value for state in HOLDS_A_SEAT)))
            .order_by(E.enrolment_id)
            .limit(sa.bindparam("limit"))
        )
        changed = database.recordset(
            {name: _COLUMNS[name] for name in ("enrolment_id", "state", "live_slot")}
        )
        self._save_states = (
            sa.update(ENROLMENT)
            .where(E.enrolment_id == changed.c.enrolment_id)
            .values(state=changed.c.state, live_slot=changed.c.live_slot)
        )
        given = database.recordset(_COLUMNS)
        self._add = sa.insert(ENROLMENT).from_select(
            list(_COLUMNS), sa.select(*[given.c[name] for name in _COLUMNS])
        )

    def history(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, list[PastEnrolment]]:
        """Read what counts against a new enrolment of each card; cancelled ones do not."""
        keys = self._database.keys(card_refs)
        history: dict[str, list[PastEnrolment]] = {}
        for row in connection.execute(self._history, {"keys": keys}):
            history.setdefault(row.card_ref, []).append(_past_of(row))
        return history

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

    def before(self, connection: sa.Connection, enrolment: Enrolment) -> CardBefore:
        """Read from the journal how the card of an enrolment stood before it was made."""
        told = sa.select(J.kind, J.body).where(J.card_ref == enrolment.card_ref, J.kind.in_(_TOLD))
        running = 0
        for row in connection.execute(told.order_by(J.position)):
            body = json.loads(row.body)
            if row.kind == EntryKind.ENROLMENT_CANCELLED:
                running -= 1
            elif body["enrolment_id"] == enrolment.enrolment_id:
                return CardBefore(balance=body["balance"] + enrolment.price, running=running)
            else:
                running += 1
        raise LookupError(f"no entry tells of the enrolment {enrolment.enrolment_id}")

    def live_in(self, connection: sa.Connection, class_id: str, *, limit: int) -> list[Enrolment]:
        """Read up to so many enrolments that hold a seat in a class, in the order of enrolling."""
        found = connection.execute(self._live_in, {"class_id": class_id, "limit": limit})
        return [enrolment_of(row) for row in found]

    def set_aside(self, connection: sa.Connection, card_ref: str) -> int:
        """Return the rupiah that a locked card's running trainings hold: a cancellation would return them."""
        live = sa.select(sa.func.coalesce(sa.func.sum(E.price), 0)).where(
            E.card_ref == card_ref, E.live_slot.is_not(None)
        )
        return int(connection.execute(live).scalar_one())

    def save_states(self, connection: sa.Connection, enrolments: Sequence[Enrolment]) -> None:
        """Save the states of enrolments whose cards are locked, in one statement."""
        rows = [
            {"enrolment_id": e.enrolment_id, "state": e.state, "live_slot": e.live_slot}
            for e in enrolments
        ]
        if rows:
            connection.execute(self._save_states, {"rows": rows_parameter(rows)})

    def save_state(self, connection: sa.Connection, enrolment: Enrolment) -> None:
        """Save the state of an enrolment whose card is locked."""
        self.save_states(connection, [enrolment])


def _past_of(row: Any) -> PastEnrolment:
    return PastEnrolment(
        class_id=row.class_id,
        state=EnrolmentState(row.state),
        live_slot=row.live_slot,
        reviewed=row.reviewed,
        meetings=read_meetings(row.meetings),
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
    )
