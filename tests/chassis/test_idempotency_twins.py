"""The same key and command is one effect and one answer: within a batch, across threads and across processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.idempotency import Answer, IdempotencyKey
from chassis.identifiers import new_id
from chassis.transaction import Transactions
from tests.chassis.batches import all_at_once, codes, fresh_key, key_named
from tests.chassis.tally import Add, TallyHouse, add_to, batches_of, count_of, set_up
from tests.chassis.writers import add_in_batches, add_with_key

pytestmark = pytest.mark.xdist_group("processes")


def test_twins_in_one_batch_have_one_effect_and_equal_answers(tally: TallyHouse) -> None:
    name, key = set_up(tally, new_id()), key_named(new_id(), "add")
    with batches_of(tally) as batches:
        first, second, other = batches.together(
            [(Add(name), key), (Add(name), key), (Add(name), fresh_key())]
        )
        assert isinstance(first, Answer)
        assert first == second
        assert codes([other]) == ["201"]
        assert count_of(tally, name) == 2
        assert batches.together([(Add(name), key)]) == [first]
        assert count_of(tally, name) == 2


def test_a_key_stands_for_one_command_within_a_batch_and_after_it(tally: TallyHouse) -> None:
    name, key = set_up(tally, new_id()), new_id()
    with batches_of(tally) as batches:
        one, another = key_named(key, "one"), key_named(key, "another")
        outcomes = batches.together([(Add(name), one), (Add(name), another)])
        assert codes(outcomes) == ["201", "idempotency-key-reused"]
        assert codes(batches.together([(Add(name), another)])) == ["idempotency-key-reused"]
        assert count_of(tally, name) == 1


def test_a_refused_command_may_be_tried_again_with_the_same_key(tally: TallyHouse) -> None:
    name, key = set_up(tally, new_id(), most=0), key_named(new_id(), "add")
    with batches_of(tally) as batches:
        assert codes(batches.together([(Add(name), key)])) == ["tally-full"]
        tally.transactions.run(
            lambda connection: connection.execute(
                sa.text("update tally set most = 1 where name = :name"), {"name": name}
            )
        )
        (answer,) = batches.together([(Add(name), key)])
        assert codes([answer]) == ["201"]
        assert batches.together([(Add(name), key)]) == [answer]
        assert count_of(tally, name) == 1


def test_twins_in_eight_processes_have_one_effect_and_equal_answers(
    tally: TallyHouse, processes: ProcessPoolExecutor, tmp_path: Path
) -> None:
    name, key = set_up(tally, new_id()), new_id()
    answering = [
        processes.submit(add_with_key, tally.place, name=name, key=key, folder=tmp_path, others=8)
        for _ in range(8)
    ]
    bodies = {each.result() for each in answering}
    assert len(bodies) == 1
    assert count_of(tally, name) == 1


def test_group_commits_of_four_processes_that_share_their_keys_do_each_thing_once(
    tally: TallyHouse, processes: ProcessPoolExecutor, tmp_path: Path
) -> None:
    name, keys = set_up(tally, new_id()), [new_id() for _ in range(12)]
    answering = [
        processes.submit(
            add_in_batches, tally.place, name=name, keys=keys, folder=tmp_path, others=4
        )
        for _ in range(4)
    ]
    first, *others = [each.result() for each in answering]
    assert len(set(first)) == len(keys)
    assert all(other == first for other in others)
    assert count_of(tally, name) == len(keys)


class KeyReadOutside(Transactions):
    """The wrong design: the key is looked up before the transaction, by everybody at the same moment."""

    def __init__(self, house: TallyHouse, meeting: threading.Barrier) -> None:
        super().__init__(house.database, house.answers)
        self._meeting = meeting

    def answer(
        self, key: IdempotencyKey | None, work: Callable[[sa.Connection], Answer], **_: Any
    ) -> Answer:
        assert key is not None
        with self.database.reading() as connection:
            stored = self._answers().read(connection, [key.digest])
        self._meeting.wait(20)

        def act(connection: sa.Connection) -> Answer:
            answer = work(connection)
            self._answers().store(connection, {key: answer}, now=self.database.now(connection))
            return answer

        return stored[key.digest].answer if stored else self.run(act)


def answers_of_twins(house: TallyHouse, name: str) -> list[Any]:
    key, meeting = key_named(new_id(), name), threading.Barrier(2)

    def call() -> Any:
        try:
            return KeyReadOutside(house, meeting).answer(key, add_to(house, name))
        except sa.exc.IntegrityError as error:
            return error

    return all_at_once([call, call])


def test_where_the_key_is_read_outside_the_transaction_only_its_primary_key_stops_the_second(
    tally: TallyHouse,
) -> None:
    name = set_up(tally, new_id())
    outcomes = answers_of_twins(tally, name)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Answer", "IntegrityError"]
    assert count_of(tally, name) == 1


def test_without_either_the_effect_is_there_twice(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_nothing(*_: object, **__: object) -> None:
        pass

    monkeypatch.setattr(tally.answers, "store", store_nothing)
    name = set_up(tally, new_id())
    first, second = answers_of_twins(tally, name)
    assert (first.status, second.status) == (201, 201)
    assert count_of(tally, name) == 2
