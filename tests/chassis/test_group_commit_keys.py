"""Idempotency keys in a batch: who repeats gets the stored answer, who waits for a twin keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from chassis.group_commit import BATCH_LIMIT
from chassis.identifiers import new_id
from tests.chassis.batches import PATIENCE, Caller, codes, fresh_key, told
from tests.chassis.seats import SOON_MS, SeatHouse
from tests.chassis.tally import JOURNAL, Add, TallyHouse, batches_of, count_of, open_house, set_up
from tests.waiting import eventually


@contextmanager
def key_held(house: SeatHouse, digest: str) -> Iterator[None]:
    """Hold a key as another process does whose command is under way."""
    with house.database.writing() as connection:
        assert house.database.try_names(connection, [digest]) == {digest}
        yield


def test_a_command_whose_key_is_held_elsewhere_waits_and_keeps_nobody_waiting(
    hasty_seats: SeatHouse,
) -> None:
    house = hasty_seats
    class_id = house.new_class()
    calls = [house.call(card, class_id) for card in house.new_cards(4)]
    with house.batches() as batches:
        with key_held(house, calls[2][1].digest):
            batches.hold()
            callers = [batches.call_later(call) for call in calls]
            batches.clock.release()
            assert codes([callers[n].outcome() for n in (0, 1, 3)]) == ["201"] * 3
            assert codes(batches.together([house.call(house.new_cards(1)[0], class_id)])) == ["201"]
            assert not callers[2].is_answered
        assert codes([callers[2].outcome()]) == ["201"]
    assert house.held(class_id) == 5
    assert house.differences() == []


def test_only_past_its_deadline_is_such_a_command_told_that_its_twin_is_in_flight(
    hasty_seats: SeatHouse,
) -> None:
    house = hasty_seats
    class_id = house.new_class()
    call = house.call(house.new_cards(1)[0], class_id)
    answers: set[str] = set()
    with house.batches() as batches:
        with key_held(house, call[1].digest):
            # Whose key is tried at that very moment is told that the outcome is unknown, which is true as well.
            while "request-in-flight" not in answers:
                answers |= set(codes(batches.together([call], seconds=3 * SOON_MS / 1000)))
                assert answers <= {"request-in-flight", "outcome-unknown"}
        assert house.held(class_id) == 0
        assert codes(batches.together([call])) == ["201"]
    assert house.held(class_id) == 1


def test_a_repeat_gets_its_stored_answer_whatever_becomes_of_its_batch(
    postgres_tally: TallyHouse,
) -> None:
    house = open_house(postgres_tally.place, lock_timeout_ms=SOON_MS)
    known, fresh = (set_up(house, f"{n}-{new_id()}") for n in range(2))
    repeated = (Add(known), fresh_key())
    with batches_of(house) as batches:
        first = batches.together([repeated])
        with postgres_tally.database.writing() as holder:
            holder.execute(sa.update(JOURNAL.head).values(size=JOURNAL.head.c.size))
            outcomes = batches.together([repeated, (Add(fresh), fresh_key())])
    assert outcomes[0] == first[0]
    assert codes(outcomes) == ["201", "unavailable"]
    assert (count_of(house, known), count_of(house, fresh)) == (1, 0)
    house.database.dispose()


def test_commands_put_aside_keep_nobody_from_a_turn(postgres_tally: TallyHouse) -> None:
    house = open_house(postgres_tally.place)
    name = set_up(house, new_id())
    held = [(Add(name), fresh_key()) for _ in range(3 * BATCH_LIMIT)]
    with batches_of(house) as batches, postgres_tally.database.writing() as holder:
        digests = {key.digest for _, key in held}
        assert postgres_tally.database.try_names(holder, sorted(digests)) == digests
        aside = [Caller(batches.group, call, seconds=PATIENCE) for call in held]
        eventually(lambda: batches.waiting() > len(held) - BATCH_LIMIT, what="they wait")
        assert (
            codes([told(batches.group, (Add(name), fresh_key())) for _ in range(3)]) == ["201"] * 3
        )
        assert not any(caller.is_answered for caller in aside)
        holder.rollback()
        assert codes([caller.outcome() for caller in aside]) == ["201"] * len(held)
    assert count_of(house, name) == len(held) + 3
    house.database.dispose()
