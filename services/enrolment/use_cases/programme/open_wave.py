"""Open a wave."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.stores import Stores


def open_wave(
    connection: sa.Connection,
    wave: Wave,
    *,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Wave:
    """Add a wave with its window and return it."""
    stores.waves.add(connection, wave)
    now = stores.database.now(connection)
    entry = Entry(
        kind=EntryKind.WAVE_OPENED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=stores.rules.at(connection, now).version,
        subjects={},
        body={
            "wave_id": wave.wave_id,
            "name": wave.name,
            "opens_at": write_instant(wave.opens_at),
            "closes_at": write_instant(wave.closes_at),
        },
    )
    stores.journal.append(connection, [entry], now=now)
    return wave
