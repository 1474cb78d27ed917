"""What may be done to one class, one thing at a time: its seats, who holds them, and what a key stands for.

It is the programme in a few lines, written apart from the product on purpose: the domain is not asked. Waiting lists,
prices and clocks are out of it; every card in a history can afford the class and wants nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tests.races.history import Kind, Operation

CONFIRMED, FULL, ALREADY = "confirmed", "class-full", "already-enrolled"
DONE, CLOSED, ABSENT = "cancelled", "cancellation-closed", "not-found"
RESIZED, READ = "resized", "read"
REFUSALS = frozenset({FULL, ALREADY, CLOSED, ABSENT})
READS = frozenset({Kind.AVAILABILITY, Kind.FEED, Kind.ROSTER})


class ClassState(NamedTuple):
    """A class: the seats that its provider declares, and as bits who is in it, who left, and which keys ended one."""

    declared: int
    live: int = 0
    ended: int = 0
    used: int = 0

    @property
    def held(self) -> int:
        """Return how many seats are held."""
        return self.live.bit_count()


class SeatsModel:
    """One class, of which it knows every id that a history names."""

    def __init__(self, operations: Iterable[Operation], *, seats: int) -> None:
        self.start = ClassState(declared=seats)
        self._bits: dict[str, int] = {}
        self._of_card: dict[str, int] = {}
        self._of_key: dict[str, int] = {}
        for each in operations:
            bit = self._bit(each.enrolment) if each.enrolment else 0
            if each.kind is Kind.ENROL:
                self._of_card[each.card] = self._of_card.get(each.card, 0) | bit
                self._of_key[each.key] = self._of_key.get(each.key, 0) | bit

    def only_observes(self, operation: Operation) -> bool:
        """Tell whether it was a reading or a refusal."""
        return operation.kind in READS or operation.outcome in REFUSALS

    def step(self, state: ClassState, operation: Operation) -> ClassState | None:
        """Return the class after an operation that ended as it did; None where it cannot have."""
        match operation.kind:
            case Kind.ENROL:
                return self._enrol(state, operation)
            case Kind.CANCEL:
                return self._cancel(state, operation)
            case Kind.RESIZE:
                ended = operation.outcome in (RESIZED, None)
                return state._replace(declared=operation.seats) if ended else None
            case Kind.ROSTER:
                who = 0
                for name in operation.told:
                    who |= self._bit(str(name))
                return state if who == state.live else None
        return state if operation.told == _seen(state, operation.kind) else None

    def _enrol(self, state: ClassState, operation: Operation) -> ClassState | None:
        """Take a seat. A refusal keeps nothing, so that its key may be tried again; an answer stands for good."""
        by_key = self._of_key[operation.key] & (state.live | state.ended)
        if by_key:
            [told] = operation.told or ("",)
            again = operation.outcome == CONFIRMED and self._bit(str(told)) == by_key
            return state if again else None
        bit = self._bits[operation.enrolment]
        is_in = bool(self._of_card[operation.card] & state.live)
        is_full = state.held >= state.declared
        if operation.outcome == ALREADY:
            return state if is_in else None
        if operation.outcome == FULL:
            return state if is_full and not is_in else None
        own = operation.outcome is None or operation.told == (operation.enrolment,)
        if operation.outcome in (CONFIRMED, None) and own and not is_in and not is_full:
            return state._replace(live=state.live | bit)
        return None

    def _cancel(self, state: ClassState, operation: Operation) -> ClassState | None:
        bit, key = self._bits[operation.enrolment], self._bit(operation.key)
        if state.used & key:
            return state if operation.outcome == DONE else None
        if operation.outcome == CLOSED:
            return state if state.ended & bit else None
        if operation.outcome == ABSENT:
            return None if (state.live | state.ended) & bit else state
        if operation.outcome in (DONE, None) and state.live & bit:
            return state._replace(
                live=state.live & ~bit, ended=state.ended | bit, used=state.used | key
            )
        return None

    def _bit(self, name: str) -> int:
        return self._bits.setdefault(name, 1 << len(self._bits))


def _seen(state: ClassState, kind: Kind) -> tuple[int, ...]:
    """Return what is read of a class. Lowering its seats evicts nobody: it has as many as are held at least."""
    seats = max(state.declared, state.held)
    if kind is Kind.FEED:
        return (seats, state.held)
    return (state.declared, seats, state.held, max(state.declared - state.held, 0))


def sharpened(operations: Sequence[Operation]) -> list[Operation]:
    """Return a history of the same meaning, with less left open: what later answers tell of those nobody was told of.

    A later answer that names the enrolment says that it was given by then. One that was given another id under the same
    key says that it was not, and never will be. Whoever sends a cancellation again under its key and is told that it
    is done, was told for both.
    """
    seen: dict[str, int] = {}
    given: dict[str, str] = {}
    done: dict[str, int] = {}
    for each in sorted(operations, key=lambda one: one.returned or 0):
        if each.returned is None:
            continue
        for name in _shown(each):
            seen.setdefault(name, each.returned)
        if each.outcome == CONFIRMED:
            given[each.key] = str(each.told[0])
        elif each.outcome == DONE:
            done.setdefault(each.key, each.returned)
    sharp = []
    for each in operations:
        if each.returned is None and each.kind is Kind.ENROL:
            if each.enrolment in seen:
                each = each.ended(seen[each.enrolment], CONFIRMED, each.enrolment)
            elif each.key in given:
                continue
        elif each.returned is None and each.key in done and done[each.key] > each.called:
            each = replace(each, returned=done[each.key], outcome=DONE)
        sharp.append(each)
    return sharp


def _shown(operation: Operation) -> tuple[str, ...]:
    """Return the enrolments that an answer shows to have been given."""
    if operation.outcome == CONFIRMED or operation.kind is Kind.ROSTER:
        return tuple(str(name) for name in operation.told)
    return (operation.enrolment,) if operation.outcome in (DONE, CLOSED) else ()
