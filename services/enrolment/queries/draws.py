"""Draws as the public sees them: everything that is published so far, with when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from services.enrolment.domain.draw.draw import Draw, RootOf
from services.enrolment.storage.draws import draw_of
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.draws import APPLICATION, DRAW

A, D = APPLICATION.c, DRAW.c
Rows = list[dict[str, Any]]


def draws_of(connection: sa.Connection, wave_ids: Sequence[str]) -> dict[str, Draw]:
    """Return the draws of those waves that draw."""
    rows = connection.execute(sa.select(DRAW).where(D.wave_id.in_(wave_ids)))
    return {row.wave_id: draw_of(row) for row in rows}


def draw_document(draw: Draw) -> dict[str, Any]:
    """Write how far a draw is."""
    return {
        "state": draw.state.value,
        "outside_source": draw.awaited.source,
        "outside_after": write_instant(draw.awaited.after),
        "commitment": draw.commitment,
        "announced_at": write_instant(draw.announced_at),
        "list": _root(draw.listed),
        "outside_value": _outside(draw),
        "order": _root(draw.ordered),
        "secret": draw.secret,
        "revealed_at": None if draw.revealed_at is None else write_instant(draw.revealed_at),
        "judged": draw.judged,
        "drawn": draw.drawn,
        "refused": draw.refused,
        "not_drawn": draw.not_drawn,
        "ended_at": None if draw.ended_at is None else write_instant(draw.ended_at),
    }


def _root(of: RootOf | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {"applications": of.size, "root": of.root, "published_at": write_instant(of.at)}


def _outside(draw: Draw) -> dict[str, Any] | None:
    outside = draw.outside
    if outside is None:
        return None
    return {
        "value": outside.value,
        "source": outside.source,
        "published_at": write_instant(outside.published_at),
        "entered_at": write_instant(outside.entered_at),
    }


def show_application(
    connection: sa.Connection, application_id: str, *, in_full: bool
) -> dict[str, Any] | None:
    """Return what became of an application, or None; nothing in it tells who made it.

    When it was made, and why it was refused, is told `in_full` only: ids are published.
    """
    query = sa.select(APPLICATION).where(A.application_id == application_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return {
        "id": row.application_id,
        "wave_id": row.wave_id,
        "state": row.state,
        "place": row.place,
        "applied_at": write_instant(row.applied_at) if in_full else None,
        "code": row.code if in_full else None,
    }


def listed_rows(wave_id: str, *, stores: Stores) -> Iterator[Rows]:
    """Yield the list of a draw, some rows at a time."""
    for ids in stores.applications.listed(wave_id):
        yield [{"application_id": one} for one in ids]


def result_rows(draw: Draw, *, stores: Stores) -> Iterator[Rows]:
    """Yield the order of a draw with what became of each so far, some rows at a time."""
    place = 0
    while draw.ordered is not None and place < draw.ordered.size:
        with stores.database.reading() as connection:
            chunk = stores.draws.chunk_from(connection, draw.wave_id, place)
            if chunk is None:
                return
            states = _states(stores.database, connection, chunk.application_ids)
        yield [
            {"place": number, "application_id": one, "state": states[one]}
            for number, one in enumerate(chunk.application_ids, start=place + 1)
        ]
        place += len(chunk.application_ids)


def _states(
    database: Database, connection: sa.Connection, application_ids: Sequence[str]
) -> dict[str, str]:
    query = sa.select(A.application_id, A.state).where(database.is_among(A.application_id))
    rows = connection.execute(query, {"keys": database.keys(application_ids)})
    return {row.application_id: row.state for row in rows}
