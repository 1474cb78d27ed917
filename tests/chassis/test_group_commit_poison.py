"""One bad command harms nobody else: what fails in a batch is settled apart, and the rest is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.problems import Problem
from chassis.settlement import Settlement
from chassis.tickets import Outcome
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.use_cases.seats.cancel_enrolment import CancelEnrolment, cancel_enrolment
from tests.chassis.batches import Caller, codes, fresh_key
from tests.chassis.seats import SeatHouse
from tests.chassis.tally import Add, TallyHandler, TallyHouse, batches_of, count_of, set_up

NEIGHBOURS = 31


def batch_with_poison(house: SeatHouse) -> tuple[str, list[str], list[Any]]:
    """Return a class, cards, and a call for each; the one in the middle breaks a constraint that no rule foresees."""
    class_id, cards = house.new_class(), house.new_cards(NEIGHBOURS + 2)
    taken, *cards = cards
    with house.batches() as batches:
        call = house.call(taken, house.new_class())
        assert codes(batches.together([call])) == ["201"]
    calls = [house.call(card, class_id) for card in cards]
    calls[16] = house.call(cards[16], class_id, enrolment_id=call[0].enrolment_id)
    return class_id, cards, calls


def test_one_poison_command_in_a_batch_of_32_harms_nobody_else(seats: SeatHouse) -> None:
    class_id, cards, calls = batch_with_poison(seats)
    with seats.batches() as batches:
        outcomes = batches.together(calls)
    assert codes(outcomes) == ["201"] * 16 + ["internal-error"] + ["201"] * 15
    assert isinstance(outcomes[16], Problem)
    assert outcomes[16].status == 500
    assert seats.enrolled(class_id) == sorted(cards[:16] + cards[17:])
    assert seats.held(class_id) == NEIGHBOURS
    assert seats.differences() == []


def test_without_settling_one_by_one_the_poison_would_take_all_32_along(
    seats: SeatHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(_: object, parts: Sequence[Sequence[Any]], verdict: Problem) -> None:
        for part in parts:
            for ticket in part:
                ticket.outcome = verdict

    monkeypatch.setattr(Settlement, "_settle_in_parts", give_up)
    class_id, _, calls = batch_with_poison(seats)
    with seats.batches() as batches:
        assert codes(batches.together(calls)) == ["internal-error"] * (NEIGHBOURS + 1)
    assert seats.held(class_id) == 0


def test_the_log_line_of_a_command_that_failed_names_its_own_request(tally: TallyHouse) -> None:
    good, bad = set_up(tally, new_id()), set_up(tally, new_id())
    with batches_of(tally) as batches, capture_logs() as lines:
        batches.hold()
        callers = [
            batches.call_later((Add(good), fresh_key()), request_id="request-of-neighbour"),
            batches.call_later((Add(bad, -5), fresh_key()), request_id="request-of-poison"),
        ]
        batches.clock.release()
        assert codes([caller.outcome() for caller in callers]) == ["201", "internal-error"]
    failed = [line for line in lines if line["event"] == "command-failed"]
    assert [line["request_id"] for line in failed] == ["request-of-poison"]


class Unforeseen(BaseException):
    """Something that is no `Exception`, as `GeneratorExit` and gevent's time-outs are not."""


@pytest.mark.parametrize("error", [ValueError, Unforeseen, GeneratorExit, SystemExit, MemoryError])
def test_the_runner_outlives_whatever_a_handler_raises_and_the_neighbours_go_on(
    tally: TallyHouse, error: type[BaseException]
) -> None:
    name, bad = set_up(tally, new_id()), set_up(tally, new_id())

    def fail(_: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(bad) in commands:
            raise error

    with batches_of(tally, TallyHandler(tally, before=fail)) as batches:
        outcomes = batches.together([(Add(each), fresh_key()) for each in (name, bad, name)])
        assert codes(outcomes) == ["201", "internal-error", "201"]
        assert codes(batches.together([(Add(name), fresh_key())])) == ["201"]
        assert (count_of(tally, name), count_of(tally, bad)) == (3, 0)


def test_the_parts_of_a_split_batch_do_not_wait_for_one_another(tally: TallyHouse) -> None:
    name, bad, last = (set_up(tally, new_id()) for _ in range(3))
    callers: list[Caller] = []

    def fail_or_look(_: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(bad) in commands:
            raise ValueError
        if commands == [Add(last)]:
            callers[0].outcome()

    with batches_of(tally, TallyHandler(tally, before=fail_or_look)) as batches:
        batches.hold()
        callers += [batches.call_later((Add(each), fresh_key())) for each in (name, bad, last)]
        batches.clock.release()
        outcomes = [caller.outcome() for caller in callers]
    assert codes(outcomes) == ["201", "internal-error", "201"]


def test_a_handler_that_forgets_a_command_fails_that_batch_and_tells_nobody_anything_false(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, handler = set_up(tally, new_id()), TallyHandler(tally)
    settle = handler.settle

    def forget(connection: sa.Connection, commands: Sequence[Add]) -> Sequence[Outcome]:
        return settle(connection, commands)[1:]

    monkeypatch.setattr(handler, "settle", forget)
    with batches_of(tally, handler) as batches:
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(3)])
    assert codes(outcomes) == ["internal-error"] * 3
    assert count_of(tally, name) == 0


class Refused(Problem):
    code = "refused-for-test"
    status = 409
    title = "Refused"


def test_a_refusal_that_is_raised_counts_for_the_command_it_was_raised_for(
    tally: TallyHouse,
) -> None:
    name, bad = set_up(tally, new_id()), set_up(tally, new_id())

    def refuse(_: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(bad) in commands:
            raise Refused

    with batches_of(tally, TallyHandler(tally, before=refuse)) as batches:
        outcomes = batches.together([(Add(each), fresh_key()) for each in (name, bad)])
        assert codes(outcomes) == ["201", "refused-for-test"]


def test_a_card_twice_in_one_batch_sees_its_first_result(seats: SeatHouse) -> None:
    first, second = seats.new_class(), seats.new_class()
    one, other = seats.new_cards(2)
    with seats.batches() as batches:
        outcomes = batches.together(
            [
                seats.call(one, first),
                seats.call(one, first),
                seats.call(one, second),
                seats.call(other, second),
            ]
        )
    assert codes(outcomes) == ["201", "already-enrolled", "enrolment-in-progress", "201"]
    assert (seats.enrolled(first), seats.enrolled(second)) == ([one], [other])
    assert seats.differences() == []


def test_the_last_seat_of_a_class_is_given_once_in_a_batch_and_again_when_it_comes_free(
    seats: SeatHouse,
) -> None:
    class_id = seats.new_class(seats=1)
    early, late = seats.new_cards(2)
    calls = [seats.call(early, class_id), seats.call(late, class_id)]
    with seats.batches() as batches:
        assert codes(batches.together(calls)) == ["201", "class-full"]
        cancel(seats, early)
        (answer,) = batches.together(calls[1:])
        assert codes([answer]) == ["201"]
        assert batches.together(calls[1:]) == [answer]
    assert isinstance(answer, Answer)
    assert seats.enrolled(class_id) == [late]
    assert seats.differences() == []


def cancel(house: SeatHouse, card: str) -> None:
    service = house.service
    with house.database.reading() as connection:
        enrolment_id = connection.execute(
            sa.select(ENROLMENT.c.enrolment_id).where(ENROLMENT.c.card_ref == card)
        ).scalar_one()
    holder = Principal("test:holder", "holder", None, card, None, 2**40)
    command = CancelEnrolment(enrolment_id, new_id(), "Sakit", holder, "request-2")
    service.transactions.run(
        lambda connection: cancel_enrolment(
            connection,
            command,
            stores=service.stores,
        )
    )
