"""What may be told of one class, in histories written by hand: right ones, and wrong ones that need no race."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.races.history import Kind, Operation
from tests.races.seats_model import (
    ABSENT,
    ALREADY,
    CLOSED,
    CONFIRMED,
    DONE,
    FULL,
    READ,
    RESIZED,
    sharpened,
)
from tests.races.smallest import judge, smallest_part, until

SEATS = 1


def enrol(
    when: tuple[int, int | None],
    card: str,
    outcome: str | None,
    *,
    id_: str = "",
    key: str = "",
    told: str = "",
) -> Operation:
    id_ = id_ or f"of {card}"
    called, returned = when
    said = (told or id_,) if outcome == CONFIRMED else ()
    key = key or f"key of {card}"
    return Operation("c", Kind.ENROL, called, returned, outcome, card, key, id_, told=said)


def cancel(
    when: tuple[int, int | None], card: str, outcome: str | None, *, key: str = "", id_: str = ""
) -> Operation:
    called, returned = when
    key = key or f"cancels {card}"
    return Operation("c", Kind.CANCEL, called, returned, outcome, card, key, id_ or f"of {card}")


def resize(called: int, returned: int | None, seats: int) -> Operation:
    return Operation("c", Kind.RESIZE, called, returned, RESIZED, seats=seats)


def left(called: int, returned: int, declared: int, held: int) -> Operation:
    told = (declared, max(declared, held), held, max(declared - held, 0))
    return Operation("c", Kind.AVAILABILITY, called, returned, READ, told=told)


def feed(called: int, returned: int, seats: int, held: int) -> Operation:
    return Operation("c", Kind.FEED, called, returned, READ, told=(seats, held))


def roster(called: int, returned: int, *ids: str) -> Operation:
    return Operation("c", Kind.ROSTER, called, returned, READ, told=ids)


A = enrol((1, 2), "a", CONFIRMED)

RIGHT: dict[str, list[Operation]] = {
    "the last seat is taken": [A, enrol((3, 4), "b", FULL), left(5, 6, 1, 1), roster(7, 8, "of a")],
    "full at once with the one who takes it": [
        enrol((1, 5), "a", CONFIRMED),
        enrol((2, 3), "b", FULL),
    ],
    "a second key finds the card in it": [A, enrol((3, 4), "a", ALREADY, key="2", id_="2")],
    "a key that comes again is answered as before": [
        A,
        enrol((3, 4), "a", CONFIRMED, id_="2", told="of a"),
    ],
    "also once the seat is given back": [
        A,
        cancel((3, 4), "a", DONE),
        enrol((5, 6), "a", CONFIRMED, id_="2", told="of a"),
        left(7, 8, 1, 0),
    ],
    "a refused key may be tried again": [
        A,
        enrol((3, 4), "b", FULL),
        cancel((5, 6), "a", DONE),
        enrol((7, 8), "b", CONFIRMED),
    ],
    "a seat is given back once": [
        A,
        cancel((3, 4), "a", DONE),
        cancel((5, 6), "a", DONE),
        cancel((7, 8), "a", CLOSED, key="another"),
    ],
    "who was never in it is not found": [cancel((1, 2), "a", ABSENT)],
    "fewer seats evict nobody": [
        resize(1, 2, 3),
        enrol((3, 4), "a", CONFIRMED),
        enrol((5, 6), "b", CONFIRMED),
        resize(7, 8, 1),
        left(9, 10, 1, 2),
        feed(11, 12, 2, 2),
        cancel((13, 14), "a", DONE),
        enrol((15, 16), "a", FULL, key="2", id_="2"),
        feed(17, 18, 1, 1),
    ],
    "a seat nobody was told of is found held": [
        enrol((1, None), "a", None),
        left(3, 4, 1, 0),
        left(5, 6, 1, 1),
    ],
    "a seat nobody was told of was never taken": [
        enrol((1, None), "a", None),
        enrol((3, 4), "b", CONFIRMED),
    ],
    "a key whose answer was lost is answered anew": [
        enrol((1, None), "a", None),
        enrol((3, 4), "a", CONFIRMED, id_="2"),
        roster(5, 6, "2"),
    ],
}

WRONG: dict[str, list[Operation]] = {
    "the last seat is sold twice": [enrol((1, 4), "a", CONFIRMED), enrol((2, 3), "b", CONFIRMED)],
    "full while a seat was free all the time": [enrol((1, 2), "b", FULL)],
    "already in it without being in it": [enrol((1, 2), "a", ALREADY)],
    "a card is in a class twice": [
        resize(1, 2, 9),
        enrol((3, 4), "a", CONFIRMED),
        enrol((5, 6), "a", CONFIRMED, key="2", id_="2"),
    ],
    "an effect before the call": [roster(1, 2, "of a"), enrol((3, 4), "a", CONFIRMED)],
    "an effect after the answer": [A, left(3, 4, 1, 0), left(5, 6, 1, 1)],
    "a stale reading": [A, cancel((3, 4), "a", DONE), left(5, 6, 1, 1)],
    "an effect is lost": [A, roster(3, 4)],
    "an effect comes twice": [A, cancel((3, 4), "a", DONE), enrol((5, 6), "a", CONFIRMED, id_="2")],
    "a refusal has an effect": [A, enrol((3, 4), "b", FULL), roster(5, 6, "of a", "of b")],
    "a cancellation without an effect": [A, cancel((3, 4), "a", DONE), enrol((5, 6), "b", FULL)],
    "a seat is given back twice": [
        A,
        cancel((3, 4), "a", DONE),
        cancel((5, 6), "a", DONE, key="another"),
    ],
    "somebody is evicted": [A, resize(3, 4, 0), roster(5, 6)],
    "news are lost": [resize(1, 2, 5), left(3, 4, 1, 0)],
    "news come twice": [resize(1, 2, 5), resize(3, 4, 2), left(5, 6, 2, 0), left(7, 8, 5, 0)],
    "seen, and never there": [enrol((1, None), "a", None), left(3, 4, 1, 1), left(5, 6, 1, 0)],
    "an answer that no caller may get": [enrol((1, 2), "a", "internal-error")],
    "two seats are held by one": [A, left(3, 4, 1, 2)],
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=list(RIGHT))
def test_what_can_be_has_an_order(history: Sequence[Operation]) -> None:
    assert judge(history, seats=SEATS).is_linearizable


@pytest.mark.parametrize("history", WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_has_none(history: Sequence[Operation]) -> None:
    assert not judge(history, seats=SEATS).is_linearizable


def test_a_later_answer_tells_by_when_a_seat_was_given() -> None:
    unknown = enrol((1, None), "a", None)
    seen = roster(5, 6, "of a")
    assert sharpened([unknown, roster(7, 8, "of a"), seen])[0] == unknown.ended(
        6, CONFIRMED, "of a"
    )


def test_another_id_under_its_key_tells_that_it_never_was() -> None:
    given = enrol((3, 4), "a", CONFIRMED, id_="2")
    assert sharpened([enrol((1, None), "a", None), given]) == [given]


def test_a_cancellation_sent_again_tells_of_the_first_one() -> None:
    unknown, told = cancel((3, None), "a", None), cancel((5, 6), "a", DONE)
    assert sharpened([A, unknown, told])[1] == unknown.ended(6, DONE)


def test_what_nobody_told_of_later_stays_open() -> None:
    history = [enrol((1, None), "a", None), cancel((1, None), "b", None), left(3, 4, 1, 0)]
    assert sharpened(history) == history


def test_the_smallest_part_has_what_is_wrong_and_nothing_besides() -> None:
    before = [left(number, number + 1, 1, 0) for number in range(-40, -20)]
    wrong = left(5, 6, 1, 0)
    after = [enrol((10 * n, 10 * n + 1), "b", FULL) for n in range(2, 20)]
    part = smallest_part([*before, A, left(3, 4, 1, 1), wrong, *after], seats=SEATS)
    assert part == [A, wrong]


def test_what_is_cut_off_is_not_known_yet() -> None:
    assert until([A, left(3, 9, 1, 1), left(6, 7, 1, 1)], 5) == [
        A,
        Operation("c", Kind.AVAILABILITY, 3),
    ]
