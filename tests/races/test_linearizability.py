"""The checker, on a register and beside one that tries every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.races.linearizability import TooEntangled, linearize


@dataclass(frozen=True)
class Touch:
    """A register is written or read."""

    called: int
    returned: int | None
    value: int
    writes: bool = False


class Register:
    """It holds what was written last; at first, nothing."""

    start = 0

    def step(self, state: int, operation: Touch) -> int | None:
        if operation.writes:
            return operation.value
        return state if operation.value == state else None

    def only_observes(self, operation: Touch) -> bool:
        return not operation.writes


def write(called: int, returned: int | None, value: int) -> Touch:
    return Touch(called, returned, value, writes=True)


def fits(*touches: Touch) -> bool:
    return linearize(touches, Register()).is_linearizable


def test_nothing_at_all_has_an_order() -> None:
    assert fits()


def test_what_was_read_is_what_was_written_before() -> None:
    assert fits(write(1, 2, 7), Touch(3, 4, 7))
    assert not fits(write(1, 2, 7), Touch(3, 4, 0))


def test_of_two_at_once_either_may_be_first() -> None:
    assert fits(write(1, 4, 7), Touch(2, 3, 7))
    assert fits(write(1, 4, 7), Touch(2, 3, 0))


def test_what_was_seen_once_does_not_vanish() -> None:
    assert not fits(write(1, 10, 7), Touch(2, 3, 7), Touch(4, 5, 0))


def test_nothing_is_seen_before_it_was_asked_for() -> None:
    assert not fits(Touch(1, 2, 7), write(3, 4, 7))


def test_what_nobody_knows_the_end_of_happens_late_or_never() -> None:
    unknown = write(1, None, 7)
    assert fits(unknown, Touch(2, 3, 0), Touch(90, 91, 7))
    assert fits(unknown, Touch(2, 3, 0), Touch(90, 91, 0))
    assert not fits(unknown, Touch(2, 3, 7), Touch(90, 91, 0))
    assert not fits(Touch(2, 3, 7), write(4, None, 7))


def test_the_longest_order_and_what_cannot_follow_it_are_told() -> None:
    first, wrong, later = write(1, 2, 7), Touch(3, 4, 8), Touch(5, 6, 7)
    verdict = linearize([later, wrong, first], Register())
    assert (verdict.order, verdict.stuck) == ((first,), (wrong,))


def test_an_order_that_is_found_explains_every_answer() -> None:
    touches = [write(1, 9, 7), write(2, 8, 8), Touch(3, 7, 7), Touch(4, 6, 8)]
    verdict = linearize(touches, Register())
    assert verdict.is_linearizable
    assert is_an_order(verdict.order)


def test_too_many_orders_are_not_judged() -> None:
    entangled = [write(number, 100 + number, number) for number in range(12)]
    with pytest.raises(TooEntangled):
        linearize([*entangled, Touch(200, 201, -1)], Register(), most=1_000)


@st.composite
def histories(draw: st.DrawFn) -> list[Touch]:
    """Draw a few overlapping touches, of some of which nobody knows the end."""
    touches = []
    for _ in range(draw(st.integers(1, 5))):
        called = draw(st.integers(0, 12))
        returned = draw(st.one_of(st.none(), st.integers(called + 1, called + 6)))
        writes = returned is None or draw(st.booleans())
        touches.append(Touch(called, returned, draw(st.integers(0, 2)), writes))
    return touches


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(histories())
def test_it_finds_an_order_where_trying_all_of_them_does(touches: list[Touch]) -> None:
    assert fits(*touches) is has_an_order(touches)


def has_an_order(touches: Sequence[Touch]) -> bool:
    """Try every order of those that were answered, with every choice of those that were not."""
    known = {each for each in range(len(touches)) if touches[each].returned is not None}
    return any(
        is_an_order([touches[each] for each in order])
        for count in range(len(known), len(touches) + 1)
        for order in permutations(range(len(touches)), count)
        if known <= set(order)
    )


def is_an_order(touches: Sequence[Touch]) -> bool:
    """Tell whether touches in this order explain what was read, and none comes after what began when it was over."""
    state, latest_call = Register.start, -1
    for each in touches:
        after = Register().step(state, each)
        if after is None or (each.returned is not None and each.returned < latest_call):
            return False
        state, latest_call = after, max(latest_call, each.called)
    return True
