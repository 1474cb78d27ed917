"""The product that made-up requests are sent to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import DatabaseMaker
from tests.fuzz.target import Target
from tests.journeys.world import World
from tests.running_system import started_system


@pytest.fixture(scope="module")
def target(
    tmp_path_factory: pytest.TempPathFactory, database_maker: DatabaseMaker
) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzzed")
    with started_system(folder, dialect="sqlite", maker=database_maker) as system:
        world = World(system)
        try:
            offer = world.offer(seats=5)
            (card,) = world.cards(1)
            world.holder(card.ref).post("/enrolments", offer.wish())
            correction = {"amount": -1, "reason": "Salah hitung", "case_number": "Perkara 7"}
            world.operator.post("/corrections", {"card_ref": card.ref, **correction})
            yield Target(world, offer, card)
            world.check_consistency()
        finally:
            world.close()
