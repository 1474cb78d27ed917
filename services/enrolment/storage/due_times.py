"""By when who has to act on enrolments, where that still has to be written down, or follows a card's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.storage.enrolments import enrolment_of
from services.enrolment.storage.tables.seats import ENROLMENT

E = ENROLMENT.c
_TO_BE_NOTED = (E.live_slot.is_not(None), E.provider_due_at.is_(None))


class DueTimes:
    """The due times in the table of enrolments."""

    def __init__(self, database: Database) -> None:
        clock = database.recordset({"card_ref": Identifier(), "runs_out_at": Instant()})
        self._follow = (
            sa.update(ENROLMENT)
            .where(E.card_ref == clock.c.card_ref, E.reviewed.is_(False))
            .where(E.state == EnrolmentState.COMPLETED.value)
            .where(E.holder_due_at.is_distinct_from(clock.c.runs_out_at))
            .values(holder_due_at=clock.c.runs_out_at)
        )

    def missing(self, connection: sa.Connection, *, limit: int) -> list[Enrolment]:
        """Read up to so many running enrolments whose times are not written down."""
        query = sa.select(ENROLMENT).where(*_TO_BE_NOTED).order_by(E.enrolment_id).limit(limit)
        return [enrolment_of(row) for row in connection.execute(query)]

    def note(
        self,
        connection: sa.Connection,
        enrolment_ids: Sequence[str],
        *,
        starts_at: datetime,
        due_at: datetime,
    ) -> None:
        """Write the times down of enrolments in a locked class, where that is still to be done."""
        confirmed = E.state == EnrolmentState.CONFIRMED.value
        connection.execute(
            sa.update(ENROLMENT)
            .where(E.enrolment_id.in_(enrolment_ids), *_TO_BE_NOTED)
            .values(
                holder_due_at=sa.case((confirmed, sa.literal(starts_at, Instant()))),
                provider_due_at=due_at,
            )
        )

    def follow_clocks(self, connection: sa.Connection, cards: Sequence[Card]) -> None:
        """Let owed reviews be due when the clocks of their locked cards run out; at no time while none runs.

        To be called by whoever changes the clock of a card that does not end by that.
        """
        rows = [{"card_ref": each.card_ref, "runs_out_at": each.runs_out_at} for each in cards]
        if rows:
            connection.execute(self._follow, {"rows": rows_parameter(rows)})

    def forget_reviews(self, connection: sa.Connection, card_refs: Sequence[str]) -> None:
        """Forget by when trainings of cards that end were to be reviewed: that opened the next purchase."""
        connection.execute(
            sa.update(ENROLMENT)
            .where(E.card_ref.in_(card_refs), E.state != EnrolmentState.CANCELLED.value)
            .where(E.live_slot.is_(None), E.holder_due_at.is_not(None))
            .values(holder_due_at=None)
        )
