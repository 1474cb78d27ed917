"""Stored answers: what a key stands for, how long it is kept, and that nobody reads it from the table."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import idempotency
from chassis.clock import utc_now
from chassis.idempotency import (
    Answer,
    IdempotencyKeys,
    StoredAnswer,
    StoredAnswers,
    json_answer,
)
from chassis.identifiers import new_id
from chassis.sealing import Seal, SealBroken
from tests.chassis.batches import KEYS, codes, fresh_key
from tests.chassis.seats import SeatHouse
from tests.chassis.tally import STORED_ANSWER, TallyHouse
from tests.statements import statements

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCOPE: dict[str, Any] = {"caller": ["s"], "method": "POST", "route": "/r", "key": "k"}


def stored(house: TallyHouse, digest: str, answers: StoredAnswers | None = None) -> Any:
    with house.database.writing() as connection:
        return (answers or house.answers).read(connection, [digest]).get(digest)


def store(
    house: TallyHouse, answers: StoredAnswers, *given_answers: Any, now: datetime = NOW
) -> None:
    house.transactions.run(
        lambda connection: answers.store(connection, dict(given_answers), now=now)
    )


@pytest.mark.parametrize("member", ["method", "route", "key"])
def test_a_key_belongs_to_one_method_and_one_route(member: str) -> None:
    key = KEYS.bind(**SCOPE, command=1)
    other = KEYS.bind(**{**SCOPE, member: "another"}, command=1)
    assert key.digest != other.digest
    assert key.fingerprint == other.fingerprint


def test_a_key_belongs_to_one_caller() -> None:
    callers = (["s"], ["t"], ["s", None, None], ["s", "a", None], ["s", None, "a"])
    keys = [KEYS.bind(**{**SCOPE, "caller": caller}, command=1) for caller in callers]
    assert len({key.digest for key in keys}) == len(callers)


def test_the_parts_of_a_scope_cannot_be_shifted_into_one_another() -> None:
    one = KEYS.bind(caller=["ab"], method="c", route="d", key="e", command=1)
    other = KEYS.bind(caller=["a"], method="bc", route="d", key="e", command=1)
    assert one.digest != other.digest


def test_a_fingerprint_is_of_the_parsed_command_however_it_was_written() -> None:
    one = KEYS.bind(**SCOPE, command={"a": 1, "b": NOW})
    same = KEYS.bind(**SCOPE, command={"b": NOW, "a": 1})
    other = KEYS.bind(**SCOPE, command={"a": 2, "b": NOW})
    assert one == same
    assert one.digest == other.digest
    assert one.fingerprint != other.fingerprint


def test_what_is_stored_of_a_command_tells_nothing_to_whoever_lacks_the_secret() -> None:
    one = KEYS.bind(**SCOPE, command={"nik": "3171234567890123"})
    body = b'{"nik":"3171234567890123"}'
    elsewhere = IdempotencyKeys(b"another").bind(**SCOPE, command={"nik": "3171234567890123"})
    assert one.fingerprint != elsewhere.fingerprint
    assert one.digest != elsewhere.digest
    assert one.fingerprint != hashlib.sha256(body).hexdigest()
    assert one.fingerprint != hmac.digest(b"only-for-tests", body, "sha256").hex()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    document=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()),
    headers=st.dictionaries(st.sampled_from(["Location", "ETag"]), st.text('abc/"')),
    status=st.sampled_from([200, 201, 204]),
)
def test_an_answer_comes_back_byte_for_byte(
    tally: TallyHouse, document: dict[str, int], headers: dict[str, str], status: int
) -> None:
    for answers in (
        tally.answers,
        StoredAnswers(tally.database, STORED_ANSWER, seal=Seal(b"k" * 32)),
    ):
        key, answer = fresh_key(document), json_answer(status, document, headers)
        store(tally, answers, (key, answer))
        assert stored(tally, key.digest, answers) == StoredAnswer(key.fingerprint, answer)


def test_keys_that_nobody_used_have_no_answer(tally: TallyHouse) -> None:
    with tally.database.writing() as connection:
        assert tally.answers.read(connection, []) == {}
        assert tally.answers.read(connection, [fresh_key().digest] * 2) == {}
        tally.answers.store(connection, {}, now=NOW)


def test_a_sealed_answer_is_readable_by_no_other_key_and_in_no_other_place(
    tally: TallyHouse,
) -> None:
    answers = StoredAnswers(tally.database, STORED_ANSWER, seal=Seal(b"k" * 32))
    mine, yours = fresh_key(), fresh_key()
    secret = json_answer(201, {"card_number": "4573000011112222"})
    store(tally, answers, (mine, secret), (yours, json_answer(201, {})))
    with tally.database.reading() as connection:
        rows = {row.digest: row for row in connection.execute(sa.select(STORED_ANSWER))}
    assert "4573" not in str(rows[mine.digest])
    with pytest.raises(SealBroken):
        stored(
            tally, mine.digest, StoredAnswers(tally.database, STORED_ANSWER, seal=Seal(b"x" * 32))
        )
    tally.transactions.run(
        lambda connection: connection.execute(
            sa.update(STORED_ANSWER)
            .where(STORED_ANSWER.c.digest == yours.digest)
            .values(body=rows[mine.digest].body)
        )
    )
    with pytest.raises(SealBroken):
        stored(tally, yours.digest, answers)


def test_the_table_of_a_real_service_shows_no_redeem_code(seats: SeatHouse) -> None:
    class_id, (card,) = seats.new_class(), seats.new_cards(1)
    with seats.batches() as batches:
        outcomes = batches.together([seats.call(card, class_id)])
    assert codes(outcomes) == ["201"]
    assert isinstance(outcomes[0], Answer)
    assert b"redeem_code" in outcomes[0].body
    with seats.database.reading() as connection:
        bodies = connection.execute(sa.text("select body from stored_answer")).scalars().all()
    assert len(bodies) == 1
    assert "redeem_code" not in bodies[0]
    assert "{" not in bodies[0]


def test_answers_that_tell_something_are_forgotten_within_a_span_and_no_others(
    tally: TallyHouse,
) -> None:
    answers = StoredAnswers(tally.database, STORED_ANSWER, seal=Seal(b"k" * 32))
    tally.transactions.run(lambda connection: connection.execute(sa.delete(STORED_ANSWER)))
    telling, silent, later = fresh_key(), fresh_key(), fresh_key()
    told = json_answer(201, {"card_number": "4573000011112222"})
    store(tally, answers, (telling, told), (silent, json_answer(201, {})))
    store(tally, answers, (later, told), now=NOW + timedelta(minutes=5))

    def forget() -> int:
        return tally.transactions.run(
            lambda connection: answers.forget_telling(
                connection, ["4573000011112222"], since=NOW, until=NOW + timedelta(minutes=1)
            )
        )

    assert (forget(), forget()) == (1, 0)
    left = [stored(tally, key.digest, answers) is not None for key in (telling, silent, later)]
    assert left == [False, True, True]


def test_they_are_looked_through_a_few_at_a_time_however_many_were_stored_at_one_instant(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LOOKED_THROUGH_AT_ONCE", 2)
    tally.transactions.run(lambda connection: connection.execute(sa.delete(STORED_ANSWER)))
    told = json_answer(201, {"card_number": "4573000011112222"})
    for minutes in (0, 0, 1):
        for_two = [(fresh_key(), told), (fresh_key(), json_answer(201, {}))]
        store(tally, tally.answers, *for_two, now=NOW + timedelta(minutes=minutes))
    with statements(tally.database) as sent:
        forgotten = tally.transactions.run(
            lambda connection: tally.answers.forget_telling(
                connection, ["4573000011112222"], since=NOW, until=NOW + timedelta(minutes=1)
            )
        )
    assert forgotten == 3
    looked = [one for one in sent if one.startswith("SELECT") and "LIMIT" in one]
    assert len(looked) == 4


def test_what_was_found_before_is_not_opened_again_and_what_came_since_is_forgotten_too(
    tally: TallyHouse,
) -> None:
    answers = StoredAnswers(tally.database, STORED_ANSWER, seal=Seal(b"k" * 32))
    tally.transactions.run(lambda connection: connection.execute(sa.delete(STORED_ANSWER)))
    told, now = json_answer(201, {"card_number": "4573000011112222"}), utc_now()
    span = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}
    early, silent, late = fresh_key(), fresh_key(), fresh_key()
    ago = now - timedelta(minutes=9)
    store(tally, answers, (early, told), (silent, json_answer(201, {})), now=ago)
    found = answers.find_telling(["4573000011112222"], **span)
    store(tally, answers, (late, told), now=utc_now())
    spoilt = sa.update(STORED_ANSWER).where(STORED_ANSWER.c.stored_at == ago).values(body="x")
    tally.transactions.run(lambda connection: connection.execute(spoilt))
    forgotten = tally.transactions.run(
        lambda connection: answers.forget_telling(
            connection, ["4573000011112222"], **span, found=found
        )
    )
    assert forgotten == 2
    with tally.database.reading() as connection:
        left = connection.execute(sa.select(STORED_ANSWER.c.digest)).scalars().all()
    assert left == [silent.digest]


def test_a_purge_forgets_what_is_old_a_bounded_number_at_a_time(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PURGED_AT_ONCE", 4)
    tally.transactions.run(lambda connection: connection.execute(sa.delete(STORED_ANSWER)))
    old = [fresh_key() for _ in range(6)]
    fresh = [fresh_key() for _ in range(3)]
    for minutes, key in enumerate(old):
        store(
            tally, tally.answers, (key, json_answer(200, {})), now=NOW + timedelta(minutes=minutes)
        )
    kept = NOW + timedelta(hours=1)
    store(tally, tally.answers, *[(key, json_answer(200, {})) for key in fresh], now=kept)

    def purge() -> int:
        return tally.transactions.run(
            lambda connection: tally.answers.purge(connection, before=kept)
        )

    assert purge() == 4
    assert [stored(tally, key.digest) is None for key in old] == [True] * 4 + [False] * 2
    assert (purge(), purge()) == (2, 0)
    assert all(stored(tally, key.digest) for key in fresh)


def test_the_same_key_is_never_stored_twice(tally: TallyHouse) -> None:
    key = fresh_key(new_id())
    store(tally, tally.answers, (key, json_answer(200, {})))
    with pytest.raises(sa.exc.IntegrityError):
        store(tally, tally.answers, (key, json_answer(200, {})))


def test_answers_are_kept_at_least_as_long_as_the_contract_says() -> None:
    assert timedelta(hours=24) <= idempotency.KEPT_FOR
