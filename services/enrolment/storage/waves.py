"""Waves, and the cards that are awarded in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.programme.award import Award
from services.enrolment.domain.programme.wave import Selection, Wave
from services.enrolment.storage.tables.programme import CARD, WAVE

W = WAVE.c
TURN_COMES_WITHIN_MS = 10_000


class WaveStore:
    """The table of waves, and the adding of cards."""

    def __init__(self, database: Database) -> None:
        self._database = database
        columns = {column.name: column.type for column in CARD.c}
        given = database.recordset(columns)
        self._add_cards = sa.insert(CARD).from_select(
            list(columns), sa.select(*[given.c[name] for name in columns])
        )

    def add(self, connection: sa.Connection, wave: Wave) -> None:
        """Add a new wave."""
        connection.execute(
            sa.insert(WAVE).values(
                wave_id=wave.wave_id,
                name=wave.name,
                opens_at=wave.opens_at,
                closes_at=wave.closes_at,
                selection=wave.selection,
            )
        )

    def lock(self, connection: sa.Connection, wave_id: str) -> Wave | None:
        """Lock a wave, whose counter of admitted people is about to grow.

        Whoever changes what cards hold queues for this and the programme's counters, and so waits longer than for
        other locks.
        """
        self._database.limit_waiting(connection, milliseconds=TURN_COMES_WITHIN_MS)
        query = sa.select(WAVE).where(W.wave_id == wave_id).with_for_update(key_share=True)
        row = connection.execute(query).one_or_none()
        return None if row is None else wave_of(row)

    def read(self, connection: sa.Connection, wave_id: str) -> Wave | None:
        """Read a wave without locking it."""
        row = connection.execute(sa.select(WAVE).where(W.wave_id == wave_id)).one_or_none()
        return None if row is None else wave_of(row)

    def add_cards(
        self,
        connection: sa.Connection,
        wave: Wave,
        awards: Sequence[Award],
        *,
        admission_id: str,
        rule_version: str,
        now: datetime,
    ) -> None:
        """Add awarded cards and count them in their wave."""
        rows = [
            {
                "card_ref": award.card.card_ref,
                "wave_id": wave.wave_id,
                "scheme": award.card.scheme,
                "state": award.card.state,
                "balance": award.card.balance,
                "deadline": award.card.deadline,
                "region": award.card.region,
                "cluster": award.nomination.candidate.cluster,
                "awarded_at": now,
                "rule_version": rule_version,
                "admission_id": admission_id,
            }
            for award in awards
        ]
        if not rows:
            return
        connection.execute(self._add_cards, {"rows": rows_parameter(rows)})
        connection.execute(
            sa.update(WAVE).where(W.wave_id == wave.wave_id).values(admitted=W.admitted + len(rows))
        )

    def save_withdrawn(self, connection: sa.Connection, wave_id: str, *, count: int) -> None:
        """Save that so many of a locked wave's cards were taken back."""
        connection.execute(
            sa.update(WAVE).where(W.wave_id == wave_id).values(admitted=W.admitted - count)
        )


def wave_of(row: sa.Row[Any]) -> Wave:
    """Make a wave of its row."""
    return Wave(
        row.wave_id, row.name, row.opens_at, row.closes_at, selection=Selection(row.selection)
    )
