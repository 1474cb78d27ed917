"""Enter the outside value of a draw, once and for all: from then on its order is certain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.draw.draw import OutsideValue
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.held_draw import find_draw
from services.enrolment.use_cases.shared.no_admission import let_nobody_be_admitted


@dataclass(frozen=True, slots=True)
class EnterOutsideValue:
    """An operator enters what the announced source published, where it stands, and since when."""

    wave_id: str
    value: str
    source: str
    published_at: datetime
    caller: Principal
    request_id: str


def enter_outside_value(
    connection: sa.Connection, command: EnterOutsideValue, *, stores: Stores
) -> None:
    """Keep the outside value.

    Lists of people who may hold no card come in force before that or once the draw is over: see `no_admission`.
    Raises `NotFound`, `WaveFirstCome`, `DrawTooEarly`, `OutsideValueFixed`, `OutsideValueTooOld`, `ValidationFailed`.
    """
    draw = find_draw(connection, command.wave_id, stores=stores, lock=True)
    let_nobody_be_admitted(connection, stores)
    now = stores.database.now(connection)
    draw.check_outside(published_at=command.published_at, now=now)
    position = stores.journal.append(connection, [_entry(command)], now=now)
    outside = OutsideValue(
        value=command.value,
        source=command.source,
        published_at=command.published_at,
        entered_by=command.caller.subject,
        entered_at=now,
    )
    stores.draws.save_outside(connection, command.wave_id, outside, position=position)


def _entry(command: EnterOutsideValue) -> Entry:
    return Entry(
        kind=EntryKind.DRAW_SETTLED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={
            "wave_id": command.wave_id,
            "value": command.value,
            "source": command.source,
            "published_at": write_instant(command.published_at),
        },
    )
