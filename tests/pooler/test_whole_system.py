"""The whole product through a pooler, with two processes of each service and one server connection between them all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from deploy.local.databases import SERVICES
from tests.databases import DatabaseMaker
from tests.journeys.enrolling import check_each_stands_once, enrolments
from tests.journeys.load import Load
from tests.journeys.world import World
from tests.pgbouncer import OpenPooler
from tests.running_system import RunningSystem

SEATS = 8
HOLDERS = 24


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    database_maker: DatabaseMaker,
    pooler_with: OpenPooler,
) -> Iterator[World]:
    """A system whose every service has to do with one connection to its database."""
    with (
        pytest.MonkeyPatch.context() as patch,
        pooler_with(default_pool_size=1, query_wait_timeout=30) as pooler,
    ):
        patch.setenv("WEB_WORKERS", "2")
        databases = {
            service: pooler.before_application(database_maker.empty("postgresql", service))
            for service in SERVICES
        }
        folder = tmp_path_factory.mktemp("pooled")
        system = RunningSystem(folder, dialect="postgresql", databases=databases)
        try:
            with closing(World(system)) as opened:
                yield opened
        finally:
            killed = system.stop()
        assert killed == []


def test_seats_are_given_once_told_once_and_counted(world: World) -> None:
    offer = world.offer(seats=SEATS)
    cards = world.cards(HOLDERS)
    writes = enrolments(world, offer, [card.ref for card in cards])
    twice = [*writes, *writes]  # each under its key, from another client of the same holder
    outcomes = Load(world.system.address, twice).finish()
    assert Counter(outcome.status for outcome in outcomes) == {
        201: 2 * SEATS,
        409: 2 * (HOLDERS - SEATS),
    }
    told = {outcome.write.key: outcome for outcome in outcomes if outcome.status == 201}
    assert len(told) == SEATS
    assert len({outcome.body for outcome in outcomes if outcome.status == 201}) == SEATS
    check_each_stands_once(world, offer, list(told.values()))
    world.wait_for_seats_left(offer, 0)  # which the catalogue's worker follows enrolment for
    world.check_consistency()


def test_the_log_is_exported_whole(world: World) -> None:
    offer = world.offer(seats=3)
    (card,) = world.cards(1)
    taken = world.holder(card.ref).post("/enrolments", offer.wish())
    told = world.auditor.get("/log/entries?journal=enrolment", accept="text/csv")
    positions = [int(row["position"]) for row in csv.DictReader(io.StringIO(told.text))]
    assert positions == list(range(1, len(positions) + 1))
    assert positions[-1] >= taken["position"]
    world.check_consistency()
