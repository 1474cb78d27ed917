"""The smallest part of a history that cannot be explained: what somebody has to look at who mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.races.history import Operation
from tests.races.linearizability import NEVER, Verdict, linearize
from tests.races.seats_model import SeatsModel, sharpened


def judge(operations: Sequence[Operation], *, seats: int) -> Verdict[Operation]:
    """Look for an order of what was done to one class, which had so many seats before it."""
    return linearize(sharpened(operations), SeatsModel(operations, seats=seats))


def smallest_part(operations: Sequence[Operation], *, seats: int) -> list[Operation]:
    """Return the shortest beginning that has no order, without the readings and refusals that it has none without too.

    Both leave an order where there was one: of what is cut off at an instant nobody knows the end, and a reading
    changes nothing. What changed the class stays, or the rest would mean something else.
    """
    part = sharpened(operations)
    model = SeatsModel(operations, seats=seats)

    def fails(some: Sequence[Operation]) -> bool:
        return not linearize(some, model).is_linearizable

    ends = sorted(each.returned for each in part if each.returned is not None)
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if fails(until(part, ends[middle])):
            high = middle
        else:
            low = middle + 1
    part = until(part, ends[high])
    size = len(part)
    while size := size // 2:
        observing = [each for each in part if model.only_observes(each)]
        for start in range(0, len(observing), size):
            left_out = set(map(id, observing[start : start + size]))
            rest = [each for each in part if id(each) not in left_out]
            if fails(rest):
                part = rest
    return sorted(part, key=lambda each: each.called)


def until(operations: Sequence[Operation], instant: int) -> list[Operation]:
    """Return a history as it was known at an instant; who read, or was refused, later is left out."""
    begun = [each for each in operations if each.called <= instant]
    return [
        each
        if (NEVER if each.returned is None else each.returned) <= instant
        else replace(each, returned=None, outcome=None, told=())
        for each in begun
    ]
