"""A draw among a million: how long its root and its order take from the database to the database, and what memory.

The applications are put into the table without anybody in them, so that nobody of them can be judged: this is the last
that is done with a system, and the worker is stopped once the order is published.
"""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from typing import Any

import psycopg
import requests

from chassis.clock import utc_now, write_instant
from tests.bench.candidate_files import open_wave, operator_session
from tests.bench.figures import Figures
from tests.bench.pace import slowness
from tests.bench.watching import LOOKED_EVERY, WORKER, watched
from tests.running_system import RunningSystem

_FILL = """
insert into application (application_id, wave_id, region, state, nik_digest, sealed, applied_at)
select gen_random_uuid(), %(wave)s, '32.73', 'applied', lpad(n::text, 64, '0'), repeat('x', 400), now()
  from generate_series(1, %(count)s) as n
"""
_MOVE = "update wave set opens_at = %(opens)s, closes_at = %(closes)s where wave_id = %(wave)s"
_AWAIT = "update draw set outside_after = %(closes)s where wave_id = %(wave)s"


def measure_draw(system: RunningSystem, figures: Figures, *, server: str, count: int) -> None:
    """Let a draw among so many be listed and ordered."""
    what = f"draw among {count:,}"
    wave_id = _prepare(system, server, count)
    figures.add(f"{what}: slowness of the machine", slowness())
    with watched(system, figures, what):
        began = time.perf_counter()
        _close(server, wave_id)
        listed = _wait(system, wave_id, {"listed"})
        to_list = time.perf_counter() - began
        began = time.perf_counter()
        _settle(system, wave_id)
        _wait(system, wave_id, {"ordered", "revealed"})
        to_order = time.perf_counter() - began
    system.supervisor.find(WORKER).signal(signal.SIGTERM)
    if listed["list"]["applications"] != count:
        raise RuntimeError(f"not all were listed: {listed}")
    figures.add(f"{what}: listed in, s", to_list)
    figures.add(f"{what}: ordered in, s", to_order)
    figures.add(f"{what}: in all, s", to_list + to_order)


def _prepare(system: RunningSystem, server: str, count: int) -> str:
    """Announce a draw, and let so many have applied."""
    body = {
        "name": "Bench",
        "opens_at": write_instant(utc_now() + timedelta(days=1)),
        "closes_at": write_instant(utc_now() + timedelta(days=2)),
        "selection": "draw",
        "outside_source": "A bench",
        "outside_after": write_instant(utc_now() + timedelta(days=2)),
    }
    wave_id = str(open_wave(system, body)["id"])
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(_FILL.encode(), {"wave": wave_id, "count": count})
        connection.execute("vacuum analyze application")
    return wave_id


def _close(server: str, wave_id: str) -> None:
    now = utc_now()
    window = {"opens": now - timedelta(days=1), "closes": now, "wave": wave_id}
    with psycopg.connect(server, autocommit=True) as connection:
        for move in (_MOVE, _AWAIT):
            connection.execute(move.encode(), window)


def _settle(system: RunningSystem, wave_id: str) -> None:
    body = {"value": "7", "source": "A bench", "published_at": write_instant(utc_now())}
    path = f"{system.address}/api/v1/waves/{wave_id}/draw/outside-value"
    operator_session(system).post(path, json=body).raise_for_status()


def _wait(system: RunningSystem, wave_id: str, states: set[str]) -> dict[str, Any]:
    while True:
        address = f"{system.address}/api/v1/waves/{wave_id}"
        draw: dict[str, Any] = requests.get(address, timeout=30).json()["draw"]
        if draw["state"] in states:
            return draw
        time.sleep(LOOKED_EVERY)
