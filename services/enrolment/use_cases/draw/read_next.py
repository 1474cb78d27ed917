"""Read and open who comes next in a draw, before a lock keeps anybody waiting, and hold it to what is published."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.draw.order_chunk import (
    JUDGED_AT_ONCE,
    OrderChunk,
    is_next,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.draw.admit_drawn import DrawnPeople
from services.enrolment.use_cases.draw.fix_order import ListChanged


def read_next(wave_id: str, *, stores: Stores) -> DrawnPeople:
    """Return who comes next in a draw. Raises `ListChanged` where order or people are not those of then.

    Draw, order and applications are read as they stood at one moment: another worker may be judging these.
    """
    with stores.database.reading() as connection:
        draw = stores.draws.read(connection, wave_id)
        first_place = draw.judged if draw else 0
        chunk = stores.draws.chunk_from(connection, wave_id, first_place)
        if draw is None or draw.ended_at is not None:
            return DrawnPeople(wave_id, first_place, [])
        if chunk is None or not _is_next(connection, chunk, draw, stores):
            raise ListChanged(wave_id)
        sealed = stores.applications.sealed(connection, chunk.application_ids)
        if len(sealed) != len(chunk.application_ids):
            raise ListChanged(wave_id)
    people = [(one, stores.applications.opened(one, sealed[one])) for one in chunk.application_ids]
    return DrawnPeople(wave_id, first_place, people)


def _is_next(connection: sa.Connection, chunk: OrderChunk, draw: Draw, stores: Stores) -> bool:
    draws = stores.draws
    before = draws.chunk_from(connection, draw.wave_id, chunk.first_place - JUDGED_AT_ONCE)
    roots = draws.chunk_roots(connection, draw.wave_id)
    return is_next(chunk, draw, before=before, roots=roots)
