"""Draws: how far each is published, and the order once it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.sealing import Seal
from services.enrolment.domain.draw.draw import Draw, OutsideValue, RootOf
from services.enrolment.domain.draw.order_chunk import OrderChunk
from services.enrolment.storage.tables.draws import DRAW, DRAW_CHUNK
from services.enrolment.storage.tables.programme import WAVE

D, C, W = DRAW.c, DRAW_CHUNK.c, WAVE.c
CHUNKS_AT_ONCE = 200
"""Pieces of an order that one statement saves: about two megabytes."""

HALTED_FOR = timedelta(hours=1)
"""How long a draw is left alone whose list, order or people are not the published ones."""


class DrawStore:
    """The tables of draws and of their orders."""

    def __init__(self, database: Database, *, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        columns = {column.name: column.type for column in C}
        given = database.recordset(columns)
        self._add_chunks = sa.insert(DRAW_CHUNK).from_select(
            list(columns), sa.select(*[given.c[name] for name in columns])
        )

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether the secret of a draw opens under the key given; true where every draw has told its own."""
        query = sa.select(D.wave_id, D.sealed_secret).where(D.sealed_secret.is_not(None)).limit(1)
        row = connection.execute(query).one_or_none()
        return row is None or self._seal.opens(row.sealed_secret, context=_context(row.wave_id))

    def add(self, connection: sa.Connection, draw: Draw, *, secret: bytes) -> None:
        """Add a draw that is announced, with its secret, sealed."""
        connection.execute(
            sa.insert(DRAW).values(
                wave_id=draw.wave_id,
                outside_source=draw.outside_source,
                commitment=draw.commitment,
                sealed_secret=self._seal.close(secret.hex(), context=_context(draw.wave_id)),
                announced_at=draw.announced_at,
            )
        )

    def hold(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        """Hold a draw together with whoever else holds it: it is not closed until all of them have committed."""
        return self._find(connection, sa.select(DRAW).with_for_update(read=True), wave_id)

    def lock(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        """Lock a draw alone, waiting for whoever holds it."""
        return self._find(connection, sa.select(DRAW).with_for_update(), wave_id)

    def lock_if_free(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        """Lock a draw that nobody else holds; None where somebody does."""
        return self._find(connection, sa.select(DRAW).with_for_update(skip_locked=True), wave_id)

    def read(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        """Read a draw without locking it."""
        return self._find(connection, sa.select(DRAW), wave_id)

    def unfinished(self, connection: sa.Connection) -> list[str]:
        """Return the draws whose windows have closed and that are not done, but for those that were just halted."""
        now = self._database.now(connection)
        goes_on = sa.or_(D.halted_at.is_(None), D.halted_at <= now - HALTED_FOR)
        query = (
            sa.select(D.wave_id)
            .join(WAVE, W.wave_id == D.wave_id)
            .where(D.ended_at.is_(None), W.closes_at <= now, goes_on)
            .order_by(D.wave_id)
        )
        return list(connection.execute(query).scalars())

    def under_way(self, connection: sa.Connection) -> Draw | None:
        """Read a draw whose order is certain and of which somebody waits to be judged; None where there is none."""
        query = sa.select(DRAW).where(D.entered_at.is_not(None), D.ended_at.is_(None)).limit(1)
        row = connection.execute(query).one_or_none()
        return None if row is None else draw_of(row)

    def secret_of(self, connection: sa.Connection, wave_id: str) -> bytes:
        """Open the secret of a draw that has not told it."""
        query = sa.select(D.sealed_secret).where(D.wave_id == wave_id)
        sealed = connection.execute(query).scalar_one()
        return bytes.fromhex(self._seal.open(sealed, context=_context(wave_id)))

    def save_announced(self, connection: sa.Connection, wave_id: str, *, position: int) -> None:
        """Save where the journal tells of the announcement."""
        self._update(connection, wave_id, announced_position=position)

    def save_closed(self, connection: sa.Connection, wave_id: str, *, now: datetime) -> None:
        """Save that nobody applies to a locked draw any more, nor withdraws."""
        self._update(connection, wave_id, closed_at=now)

    def save_listed(
        self, connection: sa.Connection, wave_id: str, listed: RootOf, *, position: int
    ) -> None:
        """Save which applications take part in a locked draw."""
        self._update(
            connection,
            wave_id,
            size=listed.size,
            list_root=listed.root,
            listed_at=listed.at,
            listed_position=position,
        )

    def save_outside(
        self, connection: sa.Connection, wave_id: str, outside: OutsideValue, *, position: int
    ) -> None:
        """Save the outside value of a locked draw."""
        self._update(
            connection,
            wave_id,
            outside_value=outside.value,
            value_source=outside.source,
            published_at=outside.published_at,
            entered_by=outside.entered_by,
            entered_at=outside.entered_at,
            entered_position=position,
        )

    def add_order(
        self, connection: sa.Connection, wave_id: str, chunks: Sequence[OrderChunk]
    ) -> None:
        """Keep the order of a locked draw, in pieces."""
        for begin in range(0, len(chunks), CHUNKS_AT_ONCE):
            rows = [
                {
                    "wave_id": wave_id,
                    "first_place": chunk.first_place,
                    "application_ids": json.dumps(chunk.application_ids),
                    "root": chunk.root,
                }
                for chunk in chunks[begin : begin + CHUNKS_AT_ONCE]
            ]
            connection.execute(self._add_chunks, {"rows": rows_parameter(rows)})

    def save_ordered(
        self, connection: sa.Connection, wave_id: str, ordered: RootOf, *, position: int
    ) -> None:
        """Save that the order of a locked draw stands."""
        self._update(
            connection,
            wave_id,
            order_root=ordered.root,
            halted_at=None,
            ordered_at=ordered.at,
            ordered_position=position,
        )

    def save_revealed(
        self,
        connection: sa.Connection,
        wave_id: str,
        *,
        secret: str,
        position: int,
        now: datetime,
    ) -> None:
        """Save that the secret of a locked draw is told."""
        self._update(
            connection,
            wave_id,
            secret=secret,
            sealed_secret=None,
            revealed_at=now,
            revealed_position=position,
        )

    def save_judged(self, connection: sa.Connection, draw: Draw) -> None:
        """Save how many applications of a locked draw are judged, and whether that is all."""
        self._update(
            connection,
            draw.wave_id,
            drawn=draw.drawn,
            refused=draw.refused,
            not_drawn=draw.not_drawn,
            halted_at=None,
            ended_at=draw.ended_at,
        )

    def save_halted(self, connection: sa.Connection, wave_id: str, *, now: datetime) -> None:
        """Save that a locked draw cannot go on; with its next step that is past."""
        self._update(connection, wave_id, halted_at=now)

    def chunk_from(
        self, connection: sa.Connection, wave_id: str, first_place: int
    ) -> OrderChunk | None:
        """Read the piece of an order that begins at a place; None where there is none."""
        query = sa.select(DRAW_CHUNK).where(C.wave_id == wave_id, C.first_place == first_place)
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return OrderChunk(row.first_place, json.loads(row.application_ids), row.root)

    def chunk_roots(self, connection: sa.Connection, wave_id: str) -> list[str]:
        """Read the roots over the pieces of an order, from the first on: 4,000 where a million take part."""
        query = sa.select(C.root).where(C.wave_id == wave_id).order_by(C.first_place)
        return list(connection.execute(query).scalars())

    def _find(self, connection: sa.Connection, query: sa.Select[Any], wave_id: str) -> Draw | None:
        row = connection.execute(query.where(D.wave_id == wave_id)).one_or_none()
        return None if row is None else draw_of(row)

    def _update(self, connection: sa.Connection, wave_id: str, **values: Any) -> None:
        connection.execute(sa.update(DRAW).where(D.wave_id == wave_id).values(**values))


def draw_of(row: sa.Row[Any]) -> Draw:
    """Make a draw of its row."""
    return Draw(
        wave_id=row.wave_id,
        outside_source=row.outside_source,
        commitment=row.commitment,
        announced_at=row.announced_at,
        closed_at=row.closed_at,
        listed=RootOf(row.size, row.list_root, row.listed_at) if row.listed_at else None,
        outside=_outside_of(row) if row.entered_at else None,
        ordered=RootOf(row.size, row.order_root, row.ordered_at) if row.ordered_at else None,
        secret=row.secret,
        revealed_at=row.revealed_at,
        drawn=row.drawn,
        refused=row.refused,
        not_drawn=row.not_drawn,
        ended_at=row.ended_at,
    )


def _outside_of(row: sa.Row[Any]) -> OutsideValue:
    return OutsideValue(
        value=row.outside_value,
        source=row.value_source,
        published_at=row.published_at,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
    )


def _context(wave_id: str) -> str:
    return f"draw-secret {wave_id}"
