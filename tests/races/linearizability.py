"""Whether a history of overlapping operations can be put in an order that explains every answer.

The way of Wing and Gong, with what was reached already remembered as Lowe has it. Pure: it knows when operations were
called and returned, and what they mean by a model.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

NEVER = float("inf")
MOST_LOOKED_AT = 3_000_000
"""How many situations are looked at before a history is given up as too entangled to be judged."""


class Timed(Protocol):
    """An operation: `returned` is None where nobody was told how it ended."""

    @property
    def called(self) -> int: ...

    @property
    def returned(self) -> int | None: ...


Operation = TypeVar("Operation", bound=Timed)
Operated = TypeVar("Operated", bound=Timed, contravariant=True)
State = TypeVar("State", bound=Hashable)


class Model(Protocol[Operated, State]):
    """What operations do, one at a time."""

    @property
    def start(self) -> State: ...

    def step(self, state: State, operation: Operated) -> State | None:
        """Return the state after an operation ended as it did; None where it cannot have ended so in this state.

        Of one whose end nobody knows, return the state after its effect; None where it has none in this state.
        """

    def only_observes(self, operation: Operated) -> bool:
        """Tell whether an operation that ended as it did changes nothing in any state."""


class TooEntangled(Exception):
    """A history has more orders than anybody wants to look at: fewer at once, or more answers, can be judged."""


@dataclass(frozen=True)
class Verdict(Generic[Operation]):
    """Whether there is an order; the longest that was found, and what could not be next after it."""

    is_linearizable: bool
    order: tuple[Operation, ...]
    stuck: tuple[Operation, ...]
    looked_at: int


@dataclass
class _Place(Generic[State]):
    """A situation in the search: which operations have their place (a bit each), the state, and what may be next."""

    placed: int
    state: State
    lowest: int
    ways: Iterator[tuple[int, State]]


class _Search(Generic[Operation, State]):
    def __init__(self, operations: Sequence[Operation], model: Model[Operation, State]) -> None:
        ordered = sorted(operations, key=lambda each: each.called)
        self.model = model
        self.known = [each for each in ordered if each.returned is not None]
        self.unknown = [each for each in ordered if each.returned is None]
        self.all = [*self.known, *self.unknown]
        self.called = [each.called for each in self.all]
        self.returned = [NEVER if each.returned is None else each.returned for each in self.all]
        self.observes = [model.only_observes(each) for each in self.all]
        self.complete = (1 << len(self.known)) - 1

    def open_at(self, placed: int, lowest: int) -> list[int]:
        """Return which operations may be next: nothing without a place returned before they were called."""
        first_return = NEVER
        found = []
        for index in range(lowest, len(self.known)):
            if self.called[index] > first_return:
                break
            if not placed >> index & 1:
                found.append(index)
                first_return = min(first_return, self.returned[index])
        found = [index for index in found if self.called[index] <= first_return]
        found.sort(key=lambda index: self.returned[index])
        maybe = range(len(self.known), len(self.all))
        found += [i for i in maybe if self.called[i] <= first_return and not placed >> i & 1]
        return found

    def ways(self, placed: int, state: State, lowest: int) -> Iterator[tuple[int, State]]:
        """Yield what may be next, and the state after it.

        An operation that changes nothing and fits now is taken at once, without trying others before it: whatever order
        there is with it later, there is one with it here.
        """
        acting = []
        for index in self.open_at(placed, lowest):
            after = self.model.step(state, self.all[index])
            if after is None:
                continue
            if self.observes[index]:
                yield index, after
                return
            acting.append((index, after))
        yield from acting

    def place(self, placed: int, state: State, lowest: int) -> _Place[State]:
        while placed >> lowest & 1:
            lowest += 1
        return _Place(placed, state, lowest, self.ways(placed, state, lowest))


def linearize(
    operations: Sequence[Operation],
    model: Model[Operation, State],
    *,
    most: int = MOST_LOOKED_AT,
) -> Verdict[Operation]:
    """Look for an order in which each operation ends as it did, each between its call and its return.

    One whose end nobody knows may have had its effect at any time after its call, or never. Raises `TooEntangled`.
    """
    search = _Search(operations, model)
    path: list[int] = []
    longest: tuple[list[int], int, int] = ([], 0, 0)
    reached: set[tuple[int, State]] = set()
    places = [search.place(0, model.start, 0)]
    while places:
        here = places[-1]
        if here.placed & search.complete == search.complete:
            return Verdict(True, tuple(search.all[i] for i in path), (), len(reached))
        if len(path) > len(longest[0]):
            longest = (list(path), here.placed, here.lowest)
        for index, after in here.ways:
            placed = here.placed | 1 << index
            if (placed, after) not in reached:
                reached.add((placed, after))
                path.append(index)
                places.append(search.place(placed, after, here.lowest))
                break
        else:
            places.pop()
            del path[-1:]
        if len(reached) > most:
            raise TooEntangled(f"{len(reached):,} situations were looked at")
    found, placed, lowest = longest
    return Verdict(
        False,
        tuple(search.all[i] for i in found),
        tuple(search.all[i] for i in search.open_at(placed, lowest)),
        len(reached),
    )
