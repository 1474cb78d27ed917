"""The pooler loses its server at a COMMIT: the caller is told what became of it, as without a pooler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.problems import OutcomeUnknown
from tests.chassis.batches import key_named
from tests.chassis.proxy import Cut, Proxy
from tests.chassis.tally import TallyHouse, add_to, count_of, laid_house, open_house, set_up
from tests.databases import DatabaseMaker
from tests.pgbouncer import OpenPooler


@pytest.fixture
def house(database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The small service, by the pooler that all tests share."""
    with laid_house(database_maker.empty("postgresql", "chassis")) as opened:
        yield opened


@contextmanager
def cut_behind(
    house: TallyHouse, pooler_with: OpenPooler, server: str
) -> Iterator[tuple[Proxy, TallyHouse]]:
    """Give the same service once more, through a pooler whose connections to the server can be cut."""
    address = sa.make_url(server)
    assert address.host is not None
    with Proxy((address.host, address.port or 5432), commits_setting_up=0) as proxy:
        through = address.set(host="127.0.0.1", port=proxy.port)
        with pooler_with(server=through.render_as_string(hide_password=False)) as pooler:
            opened = open_house(house.place, url=pooler.before(house.place.application))
            yield proxy, opened
            opened.database.dispose()


@pytest.mark.parametrize("cut", list(Cut))
def test_a_commit_whose_answer_the_pooler_lost_is_unknown_without_a_key(
    house: TallyHouse, pooler_with: OpenPooler, postgres_server: str, cut: Cut
) -> None:
    name = set_up(house, new_id())
    with cut_behind(house, pooler_with, postgres_server) as (proxy, through):
        proxy.cut_next(cut)
        with pytest.raises(OutcomeUnknown):
            through.transactions.answer(None, add_to(through, name))
        assert proxy.cut == 1
    assert count_of(house, name) == (1 if cut is Cut.AFTER else 0)


@pytest.mark.parametrize("cut", list(Cut))
def test_with_a_key_it_is_found_out(
    house: TallyHouse, pooler_with: OpenPooler, postgres_server: str, cut: Cut
) -> None:
    name, key = set_up(house, new_id()), key_named(new_id())
    with cut_behind(house, pooler_with, postgres_server) as (proxy, through):
        proxy.cut_next(cut)
        assert through.transactions.answer(key, add_to(through, name)).status == 201
        assert proxy.cut == 1
    assert count_of(house, name) == 1


def test_a_pooler_that_was_started_anew_is_found_again(
    house: TallyHouse, pooler_with: OpenPooler
) -> None:
    name = set_up(house, new_id())
    with pooler_with() as pooler:
        through = open_house(house.place, url=pooler.before(house.place.application))
        for expected in (1, 2):
            assert through.transactions.answer(None, add_to(through, name)).status == 201
            assert count_of(house, name) == expected
            pooler.restart()
        through.database.dispose()
