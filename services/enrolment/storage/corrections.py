"""Corrections of money: proposed, and decided on once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.money.correction import Correction, CorrectionState
from services.enrolment.storage.tables.money import CORRECTION

C = CORRECTION.c


class CorrectionStore:
    """The table of corrections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: sa.Connection, correction: Correction) -> None:
        """Add a proposal."""
        connection.execute(sa.insert(CORRECTION).values(asdict(correction)))

    def lock(self, connection: sa.Connection, correction_id: str) -> Correction | None:
        """Lock a correction that is to be decided on; None where there is none. Take it before any card."""
        query = sa.select(CORRECTION).where(C.correction_id == correction_id)
        row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
        return None if row is None else correction_of(row)

    def save(self, connection: sa.Connection, correction: Correction) -> None:
        """Save how a locked correction was decided on."""
        connection.execute(
            sa.update(CORRECTION)
            .where(C.correction_id == correction.correction_id)
            .values(
                state=correction.state,
                decided_by=correction.decided_by,
                decided_at=correction.decided_at,
                decision_reason=correction.decision_reason,
            )
        )


def correction_of(row: sa.Row[Any]) -> Correction:
    """Make a correction of its row."""
    return Correction(
        correction_id=row.correction_id,
        card_ref=row.card_ref,
        amount=row.amount,
        reason=row.reason,
        case_number=row.case_number,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=CorrectionState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
