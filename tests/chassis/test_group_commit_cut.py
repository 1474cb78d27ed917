"""A connection cut at COMMIT: each caller ends with exactly one seat, or is told that nobody knows and can find out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import IdempotencyKey
from chassis.identifiers import new_id
from chassis.tickets import Outcome
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.chassis.batches import codes, fresh_key
from tests.chassis.proxy import Cut, Proxy, proxied
from tests.chassis.seats import SeatHouse
from tests.chassis.tally import (
    Add,
    TallyHandler,
    TallyHouse,
    batches_of,
    count_of,
    open_house,
    set_up,
)

CALLERS = 8
Calls = list[tuple[EnrolCommand, IdempotencyKey]]


@contextmanager
def cut_off(house: SeatHouse) -> Iterator[tuple[Proxy, SeatHouse]]:
    """Give the same service once more, through a proxy."""
    with proxied(house.place.application) as (proxy, url):
        through = house.through(url, pool_size=2)
        yield proxy, through
        through.database.dispose()


def calls_for(house: SeatHouse) -> tuple[str, list[str], Calls]:
    class_id, cards = house.new_class(), house.new_cards(CALLERS)
    return class_id, cards, [house.call(card, class_id) for card in cards]


@pytest.mark.parametrize(
    "cuts",
    [[Cut.BEFORE], [Cut.AFTER], [Cut.BEFORE, Cut.BEFORE], [Cut.BEFORE, Cut.AFTER]],
    ids=["before", "after", "twice before", "before and after"],
)
def test_a_batch_cut_off_at_commit_is_done_once_and_everybody_is_answered(
    postgres_seats: SeatHouse, cuts: list[Cut]
) -> None:
    class_id, cards, calls = calls_for(postgres_seats)
    with cut_off(postgres_seats) as (proxy, house), house.batches() as batches:
        proxy.cut_next(*cuts)
        outcomes = batches.together(calls)
        assert proxy.cut == len(cuts)
        assert batches.together(calls) == outcomes
    assert codes(outcomes) == ["201"] * CALLERS
    assert postgres_seats.enrolled(class_id) == cards
    assert postgres_seats.differences() == []


def test_a_batch_that_was_committed_before_the_server_went_away_is_unknown_until_retried(
    postgres_seats: SeatHouse,
) -> None:
    class_id, cards, calls = calls_for(postgres_seats)
    with cut_off(postgres_seats) as (proxy, house), house.batches() as batches:
        proxy.cut_next(Cut.AFTER, then_refuse=True)
        assert codes(batches.together(calls)) == ["outcome-unknown"] * CALLERS
        assert postgres_seats.enrolled(class_id) == cards
        proxy.restore()
        assert codes(batches.together(calls)) == ["201"] * CALLERS
    assert postgres_seats.held(class_id) == CALLERS
    assert postgres_seats.differences() == []


def test_a_batch_whose_every_commit_is_lost_is_unknown_and_a_retry_does_it(
    postgres_seats: SeatHouse,
) -> None:
    class_id, cards, calls = calls_for(postgres_seats)
    with cut_off(postgres_seats) as (proxy, house), house.batches() as batches:
        proxy.cut_next(Cut.BEFORE, Cut.BEFORE, Cut.BEFORE)
        assert codes(batches.together(calls)) == ["outcome-unknown"] * CALLERS
        assert postgres_seats.enrolled(class_id) == []
        assert codes(batches.together(calls)) == ["201"] * CALLERS
    assert postgres_seats.enrolled(class_id) == cards


def test_a_server_that_is_away_from_the_start_leaves_nothing_unknown(
    postgres_seats: SeatHouse,
) -> None:
    class_id, _, calls = calls_for(postgres_seats)
    with cut_off(postgres_seats) as (proxy, house), house.batches() as batches:
        proxy.refuse()
        outcomes = batches.together(calls)
        assert codes(outcomes) == ["unavailable"] * CALLERS
        assert all("Nothing of this request was done" in str(outcome) for outcome in outcomes)
        assert proxy.commits == 0
    assert postgres_seats.enrolled(class_id) == []


def test_a_failure_after_a_cut_that_undid_everything_is_a_failure_and_not_unknown(
    postgres_tally: TallyHouse,
) -> None:
    name, tries = set_up(postgres_tally, new_id()), []

    def fail_second(_: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(name) in commands:
            tries.append(1)
        if len(tries) == 2:
            raise ValueError

    with proxied(postgres_tally.place.application) as (proxy, url):
        house = open_house(postgres_tally.place, url=url, pool_size=2)
        with batches_of(house, TallyHandler(house, before=fail_second)) as batches:
            proxy.cut_next(Cut.BEFORE)
            outcomes = batches.together([(Add(name), fresh_key())])
        assert proxy.cut == 1
        house.database.dispose()
    assert codes(outcomes) == ["internal-error"]
    assert count_of(postgres_tally, name) == 0


@pytest.mark.parametrize("when", list(Cut))
def test_whatever_else_comes_up_at_commit_leaves_a_command_unknown_until_it_is_retried(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch, when: Cut
) -> None:
    name = set_up(tally, new_id())
    call = (Add(name), fresh_key())
    with batches_of(tally) as batches:
        with monkeypatch.context() as patch:
            fail_commits(tally.database, patch, RuntimeError("out of the blue"), when, times=1)
            assert codes(batches.together([call])) == ["outcome-unknown"]
        assert codes(batches.together([call])) == ["201"]
    assert count_of(tally, name) == 1


class Assailed(EnrolHandler):
    """Enrolment's handler, whose connection a superuser ends in the midst of its first batch."""

    server = ""
    batches = 0

    def settle(
        self, connection: sa.Connection, commands: Sequence[EnrolCommand]
    ) -> Sequence[Outcome]:
        self.batches += 1
        outcomes = super().settle(connection, commands)
        if self.batches == 2:  # the first is the opener's
            end_session(self.server, connection)
        return outcomes


def end_session(server: str, connection: sa.Connection) -> None:
    process = connection.execute(sa.text("select pg_backend_pid()")).scalar_one()
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as superuser:
        superuser.execute("select pg_terminate_backend(%s, 5000)", [process])


def test_a_batch_whose_session_is_terminated_is_done_again(
    postgres_seats: SeatHouse, postgres_server: str
) -> None:
    class_id, cards, calls = calls_for(postgres_seats)
    service = postgres_seats.service
    handler = Assailed(service.stores, code_key=service.code_key)
    handler.server = postgres_server
    with postgres_seats.batches(handler) as batches:
        assert codes(batches.together(calls)) == ["201"] * CALLERS
    assert handler.batches == 3
    assert postgres_seats.enrolled(class_id) == cards
    assert postgres_seats.differences() == []


def test_a_batch_whose_session_is_terminated_at_commit_is_done_again(
    postgres_seats: SeatHouse, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_id, cards, calls = calls_for(postgres_seats)
    dialect = postgres_seats.database.engine.dialect
    commit, left = dialect.do_commit, ["once"]

    def end_and_commit(connection: Any) -> None:
        if left:
            left.clear()
            with psycopg.connect(
                postgres_server.replace("+psycopg", ""), autocommit=True
            ) as superuser:
                superuser.execute(
                    "select pg_terminate_backend(%s, 5000)",
                    [connection.driver_connection.info.backend_pid],
                )
        commit(connection)

    with postgres_seats.batches() as batches:
        monkeypatch.setattr(dialect, "do_commit", end_and_commit)
        assert codes(batches.together(calls)) == ["201"] * CALLERS
    assert not left
    assert postgres_seats.enrolled(class_id) == cards


@pytest.mark.parametrize("message", ["disk I/O error", "database is locked"])
@pytest.mark.parametrize("when", [Cut.BEFORE, Cut.AFTER])
def test_a_file_that_fails_at_commit_once_has_every_effect_once(
    sqlite_seats: SeatHouse, monkeypatch: pytest.MonkeyPatch, message: str, when: Cut
) -> None:
    class_id, cards, calls = calls_for(sqlite_seats)
    error = sqlite3.OperationalError(message)
    fail_commits(sqlite_seats.database, monkeypatch, error, when, times=1)
    with sqlite_seats.batches() as batches:
        outcomes = batches.together(calls)
        assert codes(outcomes) == ["201"] * CALLERS
        assert batches.together(calls) == outcomes
    assert sqlite_seats.enrolled(class_id) == cards
    assert sqlite_seats.differences() == []


@pytest.mark.parametrize(
    ("message", "told"),
    [("disk I/O error", "outcome-unknown"), ("database is locked", "unavailable")],
)
def test_a_file_that_fails_at_every_commit_is_told_of_and_a_retry_does_it(
    sqlite_seats: SeatHouse, monkeypatch: pytest.MonkeyPatch, message: str, told: str
) -> None:
    class_id, cards, calls = calls_for(sqlite_seats)
    error = sqlite3.OperationalError(message)
    fail_commits(sqlite_seats.database, monkeypatch, error, Cut.BEFORE, times=3)
    with sqlite_seats.batches() as batches:
        assert codes(batches.together(calls)) == [told] * CALLERS
        assert sqlite_seats.enrolled(class_id) == []
        assert codes(batches.together(calls)) == ["201"] * CALLERS
    assert sqlite_seats.enrolled(class_id) == cards


def fail_commits(
    database: Database, patch: pytest.MonkeyPatch, error: Exception, when: Cut, *, times: int
) -> None:
    """Let a database's next commits raise an error, without or after having committed."""
    dialect = database.engine.dialect
    commit, left = dialect.do_commit, [error] * times

    def fail(connection: Any) -> None:
        if left and when is Cut.AFTER:
            commit(connection)
        if left:
            raise left.pop()
        commit(connection)

    patch.setattr(dialect, "do_commit", fail)
