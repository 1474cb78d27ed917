"""Admissions: what was admitted at once, and whether that was undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.movement import Cause
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.undo import Admission
from services.enrolment.storage.cards import card_of
from services.enrolment.storage.tables.journal import JOURNAL
from services.enrolment.storage.tables.money import MOVEMENT
from services.enrolment.storage.tables.programme import ADMISSION, CARD

A, C, J, M = ADMISSION.c, CARD.c, JOURNAL.entry.c, MOVEMENT.c


class AdmissionStore:
    """The table of admissions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._enrolled = (
            # The journal, not the enrolments: by their cards it is found where those that were cancelled are, too.
            sa.select(J.card_ref)
            .distinct()
            .where(database.is_among(J.card_ref), J.kind == EntryKind.ENROLMENT_CONFIRMED)
        )
        self._moved = (
            sa.select(M.card_ref)
            .distinct()
            .where(database.is_among(M.card_ref), M.cause != Cause.AWARD)
        )

    def add(self, connection: sa.Connection, admission: Admission) -> None:
        """Add an admission; its cards name it."""
        connection.execute(
            sa.insert(ADMISSION).values(
                admission_id=admission.admission_id,
                wave_id=admission.wave_id,
                admitted_at=admission.admitted_at,
                admitted_by=admission.admitted_by,
                cards=admission.cards,
                file_id=admission.file_id,
            )
        )

    def find(
        self, connection: sa.Connection, admission_id: str, *, lock: bool = False
    ) -> Admission | None:
        """Load an admission, holding it where `lock` is set; None where there is none."""
        query = sa.select(ADMISSION).where(A.admission_id == admission_id)
        row = connection.execute(
            query.with_for_update(key_share=True) if lock else query
        ).one_or_none()
        return None if row is None else admission_of(row)

    def cards(self, connection: sa.Connection, admission_id: str) -> list[Card]:
        """Read the cards of an admission as they stand but for pauses, without locking them."""
        rows = connection.execute(sa.select(CARD).where(C.admission_id == admission_id))
        return [card_of(row) for row in rows]

    def enrolled(self, connection: sa.Connection, card_refs: Sequence[str]) -> set[str]:
        """Return which of these cards ever had an enrolment."""
        keys = self._database.keys(card_refs)
        return set(connection.execute(self._enrolled, {"keys": keys}).scalars())

    def moved(self, connection: sa.Connection, card_refs: Sequence[str]) -> set[str]:
        """Return which of these cards had money moved beside their award."""
        keys = self._database.keys(card_refs)
        return set(connection.execute(self._moved, {"keys": keys}).scalars())

    def save_undone(
        self,
        connection: sa.Connection,
        admission: Admission,
        *,
        by: str,
        reason: str,
        withdrawn: int,
        position: int,
        now: datetime,
    ) -> None:
        """Save that a locked admission was undone; `position` is that of the entry that tells so."""
        connection.execute(
            sa.update(ADMISSION)
            .where(A.admission_id == admission.admission_id)
            .values(
                undone_at=now,
                undone_by=by,
                undo_reason=reason,
                withdrawn=withdrawn,
                undone_position=position,
            )
        )


def admission_of(row: sa.Row[Any]) -> Admission:
    """Make an admission of its row."""
    return Admission(
        admission_id=row.admission_id,
        wave_id=row.wave_id,
        admitted_at=row.admitted_at,
        admitted_by=row.admitted_by,
        cards=row.cards,
        undone_at=row.undone_at,
        file_id=row.file_id,
    )
