"""Storms over a real database: processes that are killed and started again, and what they wrote down, judged."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.races.deeds import Deeds
from tests.races.history import Kind, Operation, Record, by_class, read_record
from tests.races.linearizability import Verdict
from tests.races.smallest import judge, smallest_part
from tests.races.storm import Storm, again, recorded
from tests.services.enrolment.house import House

SEATS = 8
CLASSES = 2
CARDS = 24
CALLERS = 24
"""How many call at once, of all processes together."""

PROCESSES = {"sqlite": 1, "postgresql": 2}
"""Web processes of enrolment, as the product runs them; whoever starts them stands for the worker."""

STORM_SECONDS = 300
"""How long a storm may take until it does not come on; machines may be busy."""

LEFT_OPEN = 0.2
"""How often nobody asks again for what nobody knows the end of."""


@dataclass(frozen=True)
class Field:
    """Where it storms: classes with so many seats, and who wants one, each in one class only."""

    house: House
    folder: Path
    cards: dict[str, list[str]]

    def part(self, operations: int, of: int, number: int, seed: str) -> Storm:
        """Return what one of several processes does, which together do so many operations with each class."""
        turns = {class_id: len(range(number, operations, of)) for class_id in self.cards}
        return Storm(
            address=self.house.places.application,
            record=str(self.folder / f"record-{seed}-{number}"),
            cards=self.cards,
            turns=turns,
            callers=CALLERS // of,
            seed=f"{seed}-{number}",
        )

    def judged(self, operations: Sequence[Operation]) -> dict[str, Verdict[Operation]]:
        """Look for an order of what was done to each class."""
        parts = by_class(operations)
        return {class_id: judge(parts.get(class_id, []), seats=SEATS) for class_id in self.cards}

    def explain(self, operations: Sequence[Operation], class_id: str) -> str:
        """Write down the smallest part of what was done to a class that cannot be."""
        part = smallest_part(by_class(operations)[class_id], seats=SEATS)
        verdict = judge(part, seats=SEATS)
        begun = f"{len(part)} operations on a class of {SEATS} seats have no order."
        lines = [begun, "", "In the order of their calls:", *(each.line() for each in part)]
        lines += ["", "The longest order that was found:", *(each.line() for each in verdict.order)]
        lines += ["", "None of these can be next:", *(each.line() for each in verdict.stuck)]
        return "\n".join(lines) + "\n"


def new_field(house: House, folder: Path, *, classes: int = CLASSES, cards: int = CARDS) -> Field:
    """Make classes, and award cards to those who want a seat in them."""
    refs = [card.card_ref for card in house.award_many(classes * cards)]
    ids = [house.put_class(declared_seats=SEATS) for _ in range(classes)]
    parts = {class_id: refs[number::classes] for number, class_id in enumerate(ids)}
    return Field(house, folder, parts)


class StormProcess:
    """A process that storms when it is told to."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.races.storm"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def begin(self, storm: Storm) -> None:
        """Let it storm."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(storm)) + "\n")
        self._process.stdin.flush()

    def wait(self) -> None:
        """Wait until its storm is over. Fails where the process ended before."""
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == "over\n", "a process that storms ended by itself"

    def kill(self) -> None:
        """Let it end this instant, whatever it is doing."""
        self._process.kill()
        self._process.communicate()


class StormProcesses:
    """Those that storm together; who is killed is followed by another."""

    def __init__(self, count: int) -> None:
        self._running = [StormProcess() for _ in range(count)]

    def storm(self, parts: Sequence[Storm], *, kill: random.Random | None = None) -> list[Path]:
        """Let each do its part, and return what they wrote; kill one on the way where chance is given to do it by."""
        for process, part in zip(self._running, parts, strict=True):
            process.begin(part)
        records = [Path(part.record) for part in parts]
        if kill is not None:
            number = kill.randrange(len(parts))
            rest = self._kill(number, parts[number], after=kill.uniform(0.1, 0.8))
            records.append(Path(rest.record))
        for process in self._running:
            process.wait()
        return records

    def end(self) -> None:
        """End all of them."""
        for process in self._running:
            process.kill()

    def _kill(self, number: int, part: Storm, *, after: float) -> Storm:
        """Kill one once a share of its part is done, and let another one do what is left."""
        record = Path(part.record)
        enough = int(sum(part.turns.values()) * after)
        until = time.monotonic() + STORM_SECONDS
        while not record.exists() or record.read_bytes().count(b'{"return"') < enough:
            assert time.monotonic() < until, "a process that storms does not come on"
            time.sleep(0.01)
        self._running[number].kill()
        self._running[number] = StormProcess()
        done = by_class(read_record(record))
        left = {c: max(turns - len(done.get(c, [])), 0) for c, turns in part.turns.items()}
        rest = replace(part, record=f"{part.record}-rest", turns=left, seed=f"{part.seed}-rest")
        self._running[number].begin(rest)
        return rest


@contextmanager
def storm_processes(dialect: str) -> Iterator[StormProcesses]:
    """Start as many processes as the product would have on a database, and end them after the block."""
    processes = StormProcesses(PROCESSES[dialect])
    try:
        yield processes
    finally:
        processes.end()


def stormed(
    field: Field, processes: StormProcesses, *, operations: int, seed: str, killed: bool = False
) -> list[Operation]:
    """Let processes do so many operations with each class, and return what came of them."""
    of = PROCESSES[field.house.service.database.dialect]
    parts = [field.part(operations, of, number, seed) for number in range(of)]
    chance = random.Random(seed)
    records = processes.storm(parts, kill=chance if killed else None)
    found = [each for record in records for each in read_record(record)]
    return [*found, *calm_after(field, found, chance)]


def calm_after(field: Field, found: Sequence[Operation], chance: random.Random) -> list[Operation]:
    """Ask again, as callers do, for most of what nobody knows the end of; then read what stands."""
    path = field.folder / f"calm-{chance.random()}"
    record, deeds = Record(path), Deeds(field.house.service)
    for each in found:
        if each.outcome is None and each.key and chance.random() >= LEFT_OPEN:
            recorded(again(each), deeds, record)
    for class_id in field.cards:
        for kind in (Kind.AVAILABILITY, Kind.FEED, Kind.ROSTER):
            recorded(Operation(class_id, kind), deeds, record)
    record.close()
    return read_record(path)
