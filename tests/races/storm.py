"""Callers who storm a few classes at once and write down what they asked for and how it ended.

As a process: `python -m tests.races.storm` reads `Storm`s as lines of JSON, and prints a line when each is over.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from chassis.database import Database
from chassis.identifiers import new_id
from services.enrolment.service import open_service
from tests.databases import LOCK_PATIENCE_MS
from tests.races.deeds import PATIENCE, Deeds
from tests.races.history import NOTHING_DONE, NOTHING_TOLD, Kind, Operation, Record
from tests.races.seats_model import CONFIRMED
from tests.services.enrolment.house import settings_for

WEIGHTS = {
    Kind.ENROL: 46,
    Kind.CANCEL: 22,
    Kind.RESIZE: 5,
    Kind.AVAILABILITY: 20,
    Kind.FEED: 4,
    Kind.ROSTER: 3,
}
AGAIN = 0.15
"""How often a key is used again that was used before."""

HASTY = 0.15
"""How often somebody who asks for a seat waits for a few milliseconds only, and does not learn how it ended."""

RETRIES = 0.8
"""How often whoever does not know the end asks again under the same key at once."""

LEAST_SEATS, MOST_SEATS = 3, 12
REMEMBERED = 12


@dataclass(frozen=True)
class Storm:
    """Who storms what: cards by class, how many operations with each class, how many callers at once, by which seed."""

    address: str
    record: str
    cards: dict[str, list[str]]
    turns: dict[str, int]
    callers: int
    seed: str


class Callers:
    """Those of one process. They tell each other which enrolments there are, so that others cancel them."""

    def __init__(self, storm: Storm, deeds: Deeds, record: Record) -> None:
        self._storm = storm
        self._deeds = deeds
        self._record = record
        turns = [class_id for class_id, count in storm.turns.items() for _ in range(count)]
        random.Random(storm.seed).shuffle(turns)
        self._turns = deque(turns)
        self._enrols: dict[str, deque[Operation]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._cancels: dict[str, deque[Operation]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def storm(self) -> None:
        """Let all of them call until every turn was taken."""
        with ThreadPoolExecutor(self._storm.callers) as pool:
            list(pool.map(self._call, range(self._storm.callers)))

    def _call(self, number: int) -> None:
        chance = random.Random(f"{self._storm.seed}-{number}")
        while True:
            try:
                class_id = self._turns.pop()
            except IndexError:
                return
            operation = self.choose(class_id, chance)
            hasty = operation.kind is Kind.ENROL and chance.random() < HASTY
            seconds = chance.uniform(0.0005, 0.01) if hasty else PATIENCE
            ended = self._do(operation, seconds)
            if ended.outcome in NOTHING_DONE:
                self._turns.append(class_id)
            elif ended.outcome is None and operation.key and chance.random() < RETRIES:
                self._do(again(operation), PATIENCE)

    def choose(self, class_id: str, chance: random.Random) -> Operation:
        """Choose what to do to a class next."""
        [kind] = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        new = Operation(class_id, kind)
        if kind is Kind.RESIZE:
            return replace(new, seats=chance.randint(LEAST_SEATS, MOST_SEATS))
        if kind is Kind.ENROL:
            earlier = self._enrols[class_id]
            if earlier and chance.random() < AGAIN:
                return again(chance.choice(list(earlier)))
            card = chance.choice(self._storm.cards[class_id])
            return replace(new, card=card, key=new_id(), enrolment=new_id())
        if kind is Kind.CANCEL:
            done = self._cancels[class_id]
            if done and chance.random() < AGAIN:
                return again(chance.choice(list(done)))
            if given := list(self._enrols[class_id]):
                of = chance.choice(given)
                return replace(new, card=of.card, key=new_id(), enrolment=of.enrolment)
            return replace(new, kind=Kind.AVAILABILITY)
        return new

    def _do(self, operation: Operation, seconds: float) -> Operation:
        ended = recorded(operation, self._deeds, self._record, seconds=seconds)
        if operation.kind is Kind.CANCEL:
            self._cancels[operation.class_id].append(operation)
        elif operation.kind is Kind.ENROL and ended.outcome in (CONFIRMED, None):
            [given] = ended.told or (operation.enrolment,)
            self._enrols[operation.class_id].append(replace(operation, enrolment=str(given)))
        return ended


def again(operation: Operation) -> Operation:
    """Return what asks for the same under the same key: the id that an enrolment would get is a new one each time."""
    is_enrol = operation.kind is Kind.ENROL
    enrolment = new_id() if is_enrol else operation.enrolment
    return replace(operation, enrolment=enrolment, called=0, returned=None, outcome=None, told=())


def recorded(
    operation: Operation, deeds: Deeds, record: Record, *, seconds: float = PATIENCE
) -> Operation:
    """Do something, and write down its call and its return. A feed that tells nothing of the class yet did nothing."""
    number, operation = record.called(operation)
    ended = deeds.do(operation, seconds=seconds)
    if ended is None:
        return operation
    outcome, told = ended
    if operation.kind is Kind.FEED and not told:
        outcome = NOTHING_TOLD
    operation = operation.ended(record.now(), outcome, *told)
    record.returned(number, operation)
    return operation


def storm(plan: Storm, deeds: Deeds) -> None:
    """Storm a service."""
    record = Record(Path(plan.record))
    try:
        Callers(plan, deeds, record).storm()
    finally:
        record.close()


def main() -> None:
    """Storm as a process, over connections of its own."""
    for line in sys.stdin:
        plan = Storm(**json.loads(line))
        database = Database(plan.address, lock_timeout_ms=LOCK_PATIENCE_MS)
        service = open_service(settings_for(plan.address), database)
        storm(plan, Deeds(service))
        service.close()
        print("over", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
