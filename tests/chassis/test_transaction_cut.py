"""A commit that is cut off was done or not, and the caller is told which, as far as anybody can know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import (
    OutcomeUnknown,
    Problem,
    Unavailable,
)
from tests.chassis.batches import key_named
from tests.chassis.proxy import Cut, Proxy, proxied
from tests.chassis.tally import (
    TALLY,
    TallyFull,
    TallyHouse,
    add_to,
    count_of,
    open_house,
    set_up,
)


@contextmanager
def cut_off(house: TallyHouse) -> Iterator[tuple[Proxy, TallyHouse]]:
    """Give the same service once more, through a proxy."""
    with proxied(house.place.application) as (proxy, url):
        through = open_house(house.place, url=url, pool_size=2)
        yield proxy, through
        through.database.dispose()


@pytest.mark.parametrize("cut", list(Cut))
def test_a_commit_cut_off_is_unknown_without_a_key(postgres_tally: TallyHouse, cut: Cut) -> None:
    name = set_up(postgres_tally, new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(cut)
        with pytest.raises(OutcomeUnknown) as unknown:
            house.transactions.answer(None, add_to(house, name))
        assert proxy.commits == 1
    assert "same Idempotency-Key" not in unknown.value.detail
    assert count_of(postgres_tally, name) == (1 if cut is Cut.AFTER else 0)


@pytest.mark.parametrize("cuts", [[Cut.BEFORE], [Cut.AFTER], [Cut.BEFORE, Cut.BEFORE]])
def test_a_commit_cut_off_is_found_out_with_a_key(
    postgres_tally: TallyHouse, cuts: list[Cut]
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(*cuts)
        answer = house.transactions.answer(key, add_to(house, name))
        assert proxy.cut == len(cuts)
    assert answer.status == 201
    assert count_of(postgres_tally, name) == 1
    assert postgres_tally.transactions.answer(key, add_to(postgres_tally, name)) == answer


def read_nothing(*_: object) -> dict[str, object]:
    return {}


def store_nothing(*_: object, **__: object) -> None:
    pass


def test_a_retry_that_does_not_read_the_keys_is_stopped_by_the_primary_key_of_answers_alone(
    postgres_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        monkeypatch.setattr(house.answers, "read", read_nothing)
        proxy.cut_next(Cut.AFTER)
        with pytest.raises(sa.exc.IntegrityError):
            house.transactions.answer(key, add_to(house, name))
    assert count_of(postgres_tally, name) == 1


def test_without_that_either_a_retry_that_does_not_read_the_keys_does_it_again(
    postgres_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        monkeypatch.setattr(house.answers, "read", read_nothing)
        monkeypatch.setattr(house.answers, "store", store_nothing)
        proxy.cut_next(Cut.AFTER)
        assert house.transactions.answer(key, add_to(house, name)).status == 201
    assert count_of(postgres_tally, name) == 2


@pytest.mark.parametrize("cut", list(Cut))
def test_work_that_may_be_repeated_is_repeated_after_a_cut(
    postgres_tally: TallyHouse, cut: Cut
) -> None:
    name = set_up(postgres_tally, new_id())

    def set_to_seven(connection: sa.Connection) -> None:
        connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=7))

    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(cut)
        house.transactions.run(set_to_seven, repeatable=True)
    assert count_of(postgres_tally, name) == 7


def test_committed_and_then_cut_off_for_good_is_unknown_even_with_a_key_until_it_is_retried(
    postgres_tally: TallyHouse,
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(Cut.AFTER, then_refuse=True)
        with pytest.raises(OutcomeUnknown):
            house.transactions.answer(key, add_to(house, name))
        proxy.restore()
        assert house.transactions.answer(key, add_to(house, name)).status == 201
    assert count_of(postgres_tally, name) == 1


def test_a_server_that_was_never_reached_leaves_nothing_unknown(
    postgres_tally: TallyHouse,
) -> None:
    with cut_off(postgres_tally) as (proxy, house):
        proxy.refuse()
        for key in (None, key_named(new_id())):
            with pytest.raises(Unavailable, match="Nothing was done") as told:
                house.transactions.answer(key, add_to(house, "any"))
            assert told.value.code == "unavailable"


def test_a_refusal_after_a_cut_that_undid_everything_is_the_refusal(
    postgres_tally: TallyHouse,
) -> None:
    name, key, tries = set_up(postgres_tally, new_id()), key_named(new_id()), []
    with cut_off(postgres_tally) as (proxy, house):

        def refuse_second(connection: sa.Connection) -> Answer:
            tries.append(1)
            if len(tries) == 2:
                raise TallyFull
            return add_to(house, name)(connection)

        proxy.cut_next(Cut.BEFORE)
        with pytest.raises(Problem) as told:
            house.transactions.answer(key, refuse_second)
    assert told.value.code == "tally-full"
    assert count_of(postgres_tally, name) == 0


def test_a_failure_after_a_cut_that_undid_everything_is_that_failure(
    postgres_tally: TallyHouse,
) -> None:
    name, key, tries = set_up(postgres_tally, new_id(), most=5), key_named(new_id()), []
    with cut_off(postgres_tally) as (proxy, house):

        def exceed_second(connection: sa.Connection) -> Answer:
            tries.append(1)
            if len(tries) == 2:
                connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=6))
            return add_to(house, name)(connection)

        proxy.cut_next(Cut.BEFORE)
        with pytest.raises(sa.exc.IntegrityError):
            house.transactions.answer(key, exceed_second)
    assert count_of(postgres_tally, name) == 0


@pytest.mark.parametrize("when", list(Cut))
def test_a_disk_that_fails_at_commit_leaves_it_unknown_without_a_key_and_known_with_one(
    sqlite_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch, when: Cut
) -> None:
    house, key = sqlite_tally, key_named(new_id())
    name = set_up(house, new_id())
    fail_commit(house.database, monkeypatch, when)
    with pytest.raises(OutcomeUnknown):
        house.transactions.run(add_to(house, name))
    fail_commit(house.database, monkeypatch, when)
    assert house.transactions.answer(key, add_to(house, name)).status == 201
    assert count_of(house, name) == (2 if when is Cut.AFTER else 1)


def fail_commit(database: Database, monkeypatch: pytest.MonkeyPatch, when: Cut) -> None:
    dialect = database.engine.dialect
    commit = type(dialect).do_commit
    left = [sqlite3.OperationalError("disk I/O error")]

    def fail(connection: Any) -> None:
        if not left or when is Cut.AFTER:
            commit(dialect, connection)
        if left:
            raise left.pop()

    monkeypatch.setattr(dialect, "do_commit", fail)
