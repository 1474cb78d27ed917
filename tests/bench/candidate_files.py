"""Files of candidates: how long one takes to be received and to be admitted, what that costs in memory, and how long
holders wait for a seat meanwhile.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import requests

from chassis.clock import utc_now, write_instant
from tests.bench.figures import Figures
from tests.bench.load import Load, run_load
from tests.bench.memory import family
from tests.bench.pace import slowness
from tests.bench.population import Population, candidate
from tests.bench.processor import processor_seconds
from tests.bench.watching import LOOKED_EVERY, WORKER, watched
from tests.running_system import RunningSystem

SMALL, LARGE = 10_000, 100_000
FIRST = 10_000_000
"""The number of the first candidate; those with smaller ones have their cards already."""

CLIENTS = 8
RATE = 100.0
"""Enrolments a second while a file is admitted, and before."""

_COLUMNS = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")


def measure_files(
    system: RunningSystem, population: Population, figures: Figures, *, seconds: int
) -> None:
    """Send a small file and a large one, one after the other, while holders enrol; then one while they do not."""
    alone = _enrol(system, population, 2 * seconds)
    figures.add("enrolments alone: p99, ms", alone.percentile(0.99) * 1e3)
    numbers = iter(range(FIRST, FIRST + 10 * LARGE))
    for rows in (SMALL, LARGE):
        with watched(system, figures, f"file of {rows:,}"):
            _measure(system, figures, list(islice(numbers, rows)))
    with _under_way(system, list(islice(numbers, LARGE))):
        load = _enrol(system, population, 2 * seconds)
    figures.add("enrolments while a file is admitted: p99, ms", load.percentile(0.99) * 1e3)


def _measure(system: RunningSystem, figures: Figures, numbers: list[int]) -> None:
    rows = len(numbers)
    began, before = time.perf_counter(), _worked(system)
    figures.add(f"file of {rows:,}: slowness of the machine", slowness())
    file = _send(system, numbers)
    figures.add(f"file of {rows:,}: received in, s", time.perf_counter() - began)
    told = _wait(system, file["id"])
    figures.add(f"file of {rows:,}: admitted in, s", time.perf_counter() - began)
    figures.add(f"file of {rows:,}: processor of the worker, s", _worked(system) - before)
    if told["admitted"] != rows:
        raise RuntimeError(f"not all were admitted: {told}")


def _worked(system: RunningSystem) -> float:
    return processor_seconds(family([system.supervisor.find(WORKER).child.pid]))


def _send(system: RunningSystem, numbers: list[int]) -> dict[str, Any]:
    """Send a file for a wave of its own."""
    window = {"opens_at": utc_now() - timedelta(days=1), "closes_at": utc_now() + timedelta(days=9)}
    body = {"name": "Bench", **{name: write_instant(at) for name, at in window.items()}}
    wave = open_wave(system, body)
    answer = operator_session(system).post(
        f"{system.address}/api/v1/waves/{wave['id']}/admission-files",
        data=_written(numbers),
        headers={"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())},
    )
    if answer.status_code != 202:
        raise RuntimeError(f"the file was not taken: {answer.status_code} {answer.text}")
    file: dict[str, Any] = answer.json()
    return file


def _written(numbers: list[int]) -> Iterator[bytes]:
    yield (",".join(_COLUMNS) + "\n").encode()
    for number in numbers:
        one = candidate(number)
        yield (",".join(one.get(name, "") for name in _COLUMNS) + "\n").encode()


def _wait(system: RunningSystem, file_id: str) -> dict[str, Any]:
    while True:
        path = f"{system.address}/api/v1/admission-files/{file_id}"
        told: dict[str, Any] = operator_session(system).get(path).json()
        if told["state"] == "done":
            return told
        time.sleep(LOOKED_EVERY)


@contextmanager
def _under_way(system: RunningSystem, numbers: list[int]) -> Iterator[None]:
    """Let a file be admitted; wait for its end after the block."""
    file = _send(system, numbers)
    yield
    _wait(system, file["id"])


def _enrol(system: RunningSystem, population: Population, seconds: int) -> Load:
    parts = urlsplit(system.address)
    prepared = population.enrolments(population.spread, count=int(seconds * RATE) + CLIENTS)
    load = run_load(
        (str(parts.hostname), int(parts.port or 80)),
        iter(prepared),
        clients=CLIENTS,
        seconds=seconds,
        rate=RATE,
    )
    if set(load.statuses) != {201}:
        raise RuntimeError(f"not every enrolment was confirmed: {load.statuses}, {load.samples}")
    return load


def open_wave(system: RunningSystem, body: dict[str, str]) -> dict[str, Any]:
    """Open a wave and return it as it was answered."""
    answer = operator_session(system).post(
        f"{system.address}/api/v1/waves",
        json=body,
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    answer.raise_for_status()
    wave: dict[str, Any] = answer.json()
    return wave


def operator_session(system: RunningSystem) -> requests.Session:
    """Return a session in which an operator calls."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {system.token('operator')}"
    return session
