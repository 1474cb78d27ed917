"""The draw of a wave: held while somebody applies, so that it is not closed before they are through; or just read."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.problems import NotFound
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.programme.wave import Wave, closed_to_applications
from services.enrolment.storage.stores import Stores


def hold_open_draw(connection: sa.Connection, wave_id: str, *, stores: Stores) -> datetime:
    """Hold the draw of a wave and return the time of the decision: its window is open, and stays so until the commit.

    Raises `NotFound`, `WaveFirstCome`, `WaveClosed`.
    """
    wave = _find_wave(connection, wave_id, stores=stores)
    # Asked before, too: who comes too late must not keep the draw from being closed.
    wave.check_takes_applications(stores.database.now(connection))
    draw = stores.draws.hold(connection, wave_id)
    now = stores.database.now(connection)
    wave.check_takes_applications(now)
    # A clock that was set back must not open again what was closed.
    if draw is None or draw.closed_at is not None:
        raise closed_to_applications()
    return now


def _find_wave(connection: sa.Connection, wave_id: str, *, stores: Stores) -> Wave:
    """Return a wave. Raises `NotFound`."""
    wave = stores.waves.read(connection, wave_id)
    if wave is None:
        raise NotFound
    return wave


def find_draw(
    connection: sa.Connection, wave_id: str, *, stores: Stores, lock: bool = False
) -> Draw:
    """Return the draw of a wave, holding it alone where `lock` is set. Raises `NotFound`, `WaveFirstCome`."""
    wave = _find_wave(connection, wave_id, stores=stores)
    wave.check_draws()
    draws = stores.draws
    draw = draws.lock(connection, wave_id) if lock else draws.read(connection, wave_id)
    if draw is None:
        raise NotFound
    return draw
