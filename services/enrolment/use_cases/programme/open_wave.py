"""Open a wave; where it draws, announce by what."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.draw.draw import AwaitedValue, Draw
from services.enrolment.domain.draw.order import SECRET_BYTES, commitment_to
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.stores import Stores


def open_wave(
    connection: sa.Connection,
    wave: Wave,
    *,
    awaited: AwaitedValue | None = None,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Draw | None:
    """Add a wave with its window; return its draw, if it draws: `awaited` says which value it will take.

    Raises `DrawAnnouncedTooLate` for a draw whose window has opened.
    """
    now = stores.database.now(connection)
    wave.check_announcement(now)
    stores.waves.add(connection, wave)
    version = stores.rules.at(connection, now).version
    opened = _opened(wave, caller, request_id, version)
    if awaited is None:
        stores.journal.append(connection, [opened], now=now)
        return None
    secret = secrets.token_bytes(SECRET_BYTES)
    draw = Draw(wave.wave_id, awaited, commitment_to(secret), announced_at=now)
    stores.draws.add(connection, draw, secret=secret)
    entries = [opened, _announced(draw, caller, request_id)]
    first = stores.journal.append(connection, entries, now=now)
    stores.draws.save_announced(connection, wave.wave_id, position=first + 1)
    return draw


def _opened(wave: Wave, caller: Principal, request_id: str, version: str) -> Entry:
    return Entry(
        kind=EntryKind.WAVE_OPENED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=version,
        subjects={},
        body={
            "wave_id": wave.wave_id,
            "name": wave.name,
            "opens_at": write_instant(wave.opens_at),
            "closes_at": write_instant(wave.closes_at),
            "selection": wave.selection.value,
        },
    )


def _announced(draw: Draw, caller: Principal, request_id: str) -> Entry:
    return Entry(
        kind=EntryKind.DRAW_ANNOUNCED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        subjects={},
        body={
            "wave_id": draw.wave_id,
            "commitment": draw.commitment,
            "outside_source": draw.awaited.source,
            "outside_after": write_instant(draw.awaited.after),
        },
    )
