"""One command, one transaction: done once or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import (
    IdempotencyKeyReused,
)
from tests.chassis.batches import commits_of, key_named
from tests.chassis.tally import (
    STORED_ANSWER,
    TALLY,
    TallyFull,
    TallyHouse,
    add_to,
    count_of,
    set_up,
    size_of,
)


def test_what_work_did_is_committed_once_and_its_result_returned(tally: TallyHouse) -> None:
    name, commits = set_up(tally, new_id()), commits_of(tally.database)
    assert tally.transactions.run(add_to(tally, name)).status == 201
    assert len(commits) == 1
    assert count_of(tally, name) == 1


@pytest.mark.parametrize("error", [ValueError, TallyFull, KeyboardInterrupt])
def test_nothing_is_half_done_when_work_raises(
    tally: TallyHouse, error: type[BaseException]
) -> None:
    name, began, key = set_up(tally, new_id()), size_of(tally), key_named(new_id())

    def work(connection: sa.Connection) -> Answer:
        add_to(tally, name)(connection)
        raise error

    with pytest.raises(error):
        tally.transactions.run(work)
    with pytest.raises(error):
        tally.transactions.answer(key, work)
    assert (count_of(tally, name), size_of(tally)) == (0, began)
    assert tally.transactions.answer(key, add_to(tally, name)).status == 201


def test_a_constraint_that_refuses_is_not_tried_again(tally: TallyHouse) -> None:
    name, tries = set_up(tally, new_id(), most=5), []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=6))

    with pytest.raises(sa.exc.IntegrityError):
        tally.transactions.run(work)
    assert (len(tries), count_of(tally, name)) == (1, 0)


def test_the_same_key_and_command_gets_the_stored_answer_and_another_command_a_refusal(
    tally: TallyHouse,
) -> None:
    name, key = set_up(tally, new_id()), new_id()
    first = tally.transactions.answer(key_named(key, "one"), add_to(tally, name))
    assert tally.transactions.answer(key_named(key, "one"), add_to(tally, name)) == first
    with pytest.raises(IdempotencyKeyReused):
        tally.transactions.answer(key_named(key, "another"), add_to(tally, name))
    assert count_of(tally, name) == 1


def test_without_a_key_every_call_has_its_effect(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    for _ in range(2):
        tally.transactions.answer(None, add_to(tally, name))
    assert count_of(tally, name) == 2


def test_a_refusal_is_not_stored_and_may_be_tried_again(tally: TallyHouse) -> None:
    name, key = set_up(tally, new_id(), most=0), key_named(new_id())
    with pytest.raises(TallyFull):
        tally.transactions.answer(key, add_to(tally, name))
    tally.transactions.run(
        lambda connection: connection.execute(
            sa.update(TALLY).where(TALLY.c.name == name).values(most=1)
        )
    )
    assert tally.transactions.answer(key, add_to(tally, name)).status == 201


def test_an_answer_is_kept_by_the_clock_by_which_it_is_forgotten(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(Database, "now", lambda *_: now)
    key, name = key_named(new_id()), set_up(tally, new_id())
    tally.transactions.answer(key, add_to(tally, name))
    with tally.database.reading() as connection:
        stored_at = connection.execute(
            sa.select(STORED_ANSWER.c.stored_at).where(STORED_ANSWER.c.digest == key.digest)
        ).scalar_one()
    assert stored_at == now
