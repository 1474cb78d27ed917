"""Stored answers: the same key and command takes effect once and is answered byte for byte."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis import idempotency
from chassis.database import Database
from chassis.idempotency import (
    Answer,
    IdempotencyKey,
    StoredAnswers,
    idempotency_key,
    json_answer,
    stored_answer_table,
)
from chassis.problems import IdempotencyKeyReused, RequestInFlight, StateConflict
from chassis.sealing import Seal
from chassis.transaction import Transactions
from deploy.local.databases import ServiceDatabase

METADATA = sa.MetaData()
STORED_ANSWER = stored_answer_table(METADATA)
EFFECT = sa.Table(
    "effect", METADATA, sa.Column("number", sa.Integer, primary_key=True, autoincrement=True)
)


class House:
    """A database with stored answers, and one kind of effect."""

    def __init__(self, database: Database, *, seal: Seal | None = None) -> None:
        self.database = database
        self.stored = StoredAnswers(database, STORED_ANSWER, seal=seal)
        self.transactions = Transactions(database, self.stored)

    def take_effect(self, connection: sa.Connection) -> Answer:
        number = connection.execute(sa.insert(EFFECT).returning(EFFECT.c.number)).scalar_one()
        return json_answer(201, {"number": number, "name": "é\u2028"}, {"Location": f"/{number}"})

    def effects(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(EFFECT)).scalar_one()


@pytest.fixture
def database(empty_database: ServiceDatabase) -> Iterator[Database]:
    database = Database(empty_database.owner, lock_timeout_ms=300)
    with database.writing() as connection:
        METADATA.create_all(connection)
        connection.commit()
    yield database
    database.dispose()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def key(
    command: object = "a command", *, name: str = "12345678", subject: str = "me"
) -> IdempotencyKey:
    return idempotency_key(
        subject=subject, method="POST", route="/things", key=name, command=command
    )


def test_the_same_key_and_command_are_answered_byte_for_byte(house: House) -> None:
    first = house.transactions.answer(key(), house.take_effect)
    again = house.transactions.answer(key(), house.take_effect)
    assert again == first
    assert again.headers == (("Location", "/1"),)
    assert house.effects() == 1


def test_another_command_under_the_same_key_is_refused(house: House) -> None:
    house.transactions.answer(key(), house.take_effect)
    with pytest.raises(IdempotencyKeyReused):
        house.transactions.answer(key("another"), house.take_effect)
    assert house.effects() == 1


@pytest.mark.parametrize("other", [key(subject="you"), key(name="87654321")])
def test_another_subject_or_key_takes_effect_by_itself(house: House, other: IdempotencyKey) -> None:
    house.transactions.answer(key(), house.take_effect)
    house.transactions.answer(other, house.take_effect)
    assert house.effects() == 2


def test_without_a_key_every_call_takes_effect(house: House) -> None:
    for _ in range(2):
        house.transactions.answer(None, house.take_effect)
    assert house.effects() == 2


def test_a_refusal_is_not_stored_and_leaves_nothing_behind(house: House) -> None:
    def refuse(connection: sa.Connection) -> Answer:
        house.take_effect(connection)
        raise StateConflict

    with pytest.raises(StateConflict):
        house.transactions.answer(key(), refuse)
    assert house.effects() == 0
    assert house.transactions.answer(key(), house.take_effect).status == 201


def at_once(count: int, work: Callable[[], Answer]) -> list[Answer | Exception]:
    """Do the same from so many threads that start together."""
    start = threading.Barrier(count)
    results: list[Answer | Exception] = []

    def run() -> None:
        start.wait(timeout=10)
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - what it was is the test's to judge
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_twins_that_arrive_together_take_effect_once(house: House) -> None:
    answers = at_once(6, lambda: house.transactions.answer(key(), house.take_effect))
    assert house.effects() == 1
    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_the_lock_on_the_key_twins_would_collide(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the write transaction itself is the lock and cannot be left out."""
    monkeypatch.setattr(house.database, "lock_names", lambda *_: None)
    both_have_looked = threading.Barrier(2)

    def slowly(connection: sa.Connection) -> Answer:
        both_have_looked.wait(timeout=10)
        return house.take_effect(connection)

    results = at_once(2, lambda: house.transactions.answer(key(), slowly))
    assert any(isinstance(result, sa.exc.IntegrityError) for result in results)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_twin_that_waits_too_long_is_told_that_the_first_still_runs(house: House) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slowly(connection: sa.Connection) -> Answer:
        begun.set()
        assert finish.wait(timeout=10)
        return house.take_effect(connection)

    first = threading.Thread(target=lambda: house.transactions.answer(key(), slowly))
    first.start()
    try:
        assert begun.wait(timeout=10)
        with pytest.raises(RequestInFlight) as refused:
            house.transactions.answer(key(), house.take_effect)
    finally:
        finish.set()
        first.join()
    assert refused.value.headers == {"Retry-After": "1"}
    assert house.effects() == 1


def test_answers_are_forgotten_by_age_in_portions(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PURGED_AT_ONCE", 2)
    start = datetime(2026, 12, 1, tzinfo=UTC)
    answer = json_answer(200, {})
    keys = [key(name=f"key-{number:05}") for number in range(5)]
    with house.database.writing() as connection:
        for number, each in enumerate(keys):
            house.stored.store(connection, {each: answer}, now=start + timedelta(hours=number))
        connection.commit()
    before = start + timedelta(hours=3)
    purged = [
        house.transactions.run(lambda c: house.stored.purge(c, before=before)) for _ in range(3)
    ]
    assert purged == [2, 1, 0]
    with house.database.reading() as connection:
        left = connection.execute(sa.select(STORED_ANSWER.c.digest)).scalars().all()
    assert sorted(left) == sorted(each.digest for each in keys[3:])


def test_sealed_answers_are_secret_at_rest_and_the_same_to_their_caller(
    database: Database,
) -> None:
    house = House(database, seal=Seal(bytes(32)))
    secret = json_answer(200, {"redeem_code": "K7QX-22"})
    house.transactions.answer(key(), lambda _: secret)
    with database.reading() as connection:
        row = connection.execute(sa.select(STORED_ANSWER)).one()
    assert "K7QX" not in row.body
    assert house.transactions.answer(key(), house.take_effect) == secret


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([datetime(2026, 12, 1, tzinfo=UTC)], [datetime(2026, 12, 1, tzinfo=UTC)]),
    ],
)
def test_the_same_command_has_one_fingerprint_however_it_is_written(
    one: object, two: object
) -> None:
    assert key(one) == key(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [({"a": 1}, {"a": "1"}), ({"a": None}, {}), ([1, 2], [2, 1]), (["a", "b"], ["a,b"])],
)
def test_commands_that_differ_have_different_fingerprints(one: object, two: object) -> None:
    assert key(one).fingerprint != key(two).fingerprint


def test_parts_of_a_scope_do_not_run_into_one_another() -> None:
    one = idempotency_key(subject="a", method="POST", route="/b", key="c" * 8, command={})
    two = idempotency_key(subject='a","POST', method="", route="/b", key="c" * 8, command={})
    assert one.digest != two.digest
