"""How long it takes until a seat that was taken is missing from what the catalogue shows."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime

import psycopg

from tests.bench.arrivals import let_arrive
from tests.bench.enrolling import CONFIRMED, address_of, enrol
from tests.bench.figures import Figures
from tests.bench.population import Population
from tests.bench.storm import check_answers
from tests.journeys.world import World
from tests.running_system import RunningSystem

SHOWN_SECONDS = float(os.environ.get("SHOWN_SECONDS", "60"))
SEATS = 10_000
"""Of one class, the most that there may be; there are as many classes as that takes."""

LOOKED_EVERY = 0.02
"""Seconds between two looks: a seat is missing at most so much earlier than it is seen to be."""

_TAKEN = """select recorded_at, (body::jsonb ->> 'held')::int from journal_entry
    where class_id = %s and kind = 'enrolment-confirmed' order by position"""


def measure_seats_shown(
    system: RunningSystem,
    population: Population,
    figures: Figures,
    *,
    enrolment: str,
    seconds: int,
) -> None:
    """Let people enrol in a class at half of what it can take, and look at it; `enrolment` is its database."""
    address = address_of(system)
    capacity = enrol(address, population, population.hot, seconds=seconds).per_second(CONFIRMED)
    rate = capacity / 2
    with closing(World(system)) as world:
        count = int(rate * SHOWN_SECONDS) + 2
        offers = [world.offer(seats=SEATS) for _ in range(-(-count // SEATS))]
        classes = [offer.class_id for offer in offers]
        come = population.enrolments(classes, count=count, price=offers[0].price)
        with _looking_at(world, classes) as looks:
            arrived = let_arrive(address, iter(come), rate=rate, seconds=SHOWN_SECONDS)
            held = {each: _held(world, each) for each in classes}
            for offer in offers:
                world.wait_for_seats_left(offer, SEATS - held[offer.class_id])
        check_answers(arrived, allowed={CONFIRMED})
    if sum(held.values()) != arrived.statuses[CONFIRMED]:
        raise RuntimeError(f"{held} are held, and {arrived.statuses} were told so")
    lags = sorted(lag for each in classes for lag in _lags(enrolment, each, looks[each]))
    figures.add("seats shown: came, a second", rate)
    figures.add("seats shown: p50, ms", lags[len(lags) // 2] * 1000)
    figures.add("seats shown: p99, ms", lags[int(len(lags) * 0.99)] * 1000)
    figures.add("seats shown: longest, ms", lags[-1] * 1000)


Looks = list[tuple[int, float]]
"""How many seats were missing, and when that was seen, in seconds since the epoch; both grow."""


def _held(world: World, class_id: str) -> int:
    return int(world.public.read(f"/classes/{class_id}/availability")["held"])


@contextmanager
def _looking_at(world: World, classes: Sequence[str]) -> Iterator[Mapping[str, Looks]]:
    """Look at what the catalogue shows of classes in turn until the block ends, and once more."""
    looks: dict[str, Looks] = {class_id: [] for class_id in classes}
    over = threading.Event()

    def look() -> None:
        while True:
            is_last = over.wait(LOOKED_EVERY)
            for class_id in classes:
                left = world.public.read(f"/classes/{class_id}")["seats_left"]
                looks[class_id].append((SEATS - left, time.time()))
            if is_last:
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        over.set()
        thread.join()


def _lags(enrolment: str, class_id: str, looks: Looks) -> Iterator[float]:
    """Yield for each seat that was taken how many seconds later it was seen to be missing."""
    with psycopg.connect(enrolment) as connection:
        rows = connection.execute(_TAKEN, (class_id,)).fetchall()
    missing = [count for count, _ in looks]
    for taken_at, held in rows:
        assert isinstance(taken_at, datetime)
        yield looks[bisect_left(missing, held)][1] - taken_at.timestamp()
