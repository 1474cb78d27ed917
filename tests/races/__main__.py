"""`make races`: storm two classes at a time on each database, and look for an order in what callers were told.

HISTORIES (200) of OPERATIONS (1,000), half of them on each database unless ONLY (sqlite or postgresql) names one; SEED
makes the same choices again, though not the same races. Every other storm has a process killed in it. After each
the consistency report must be clean. A history without an order is written to `races/`, down to its smallest part.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import structlog

from tests.databases import DatabaseMaker, postgresql_server
from tests.races.history import Operation, by_class
from tests.races.linearizability import TooEntangled
from tests.races.storming import (
    CLASSES,
    PROCESSES,
    Field,
    StormProcesses,
    new_field,
    storm_processes,
    stormed,
)
from tests.services.enrolment.house import house_on

FOUND = Path("races")


@dataclass
class Tally:
    """What was judged so far, and what was found."""

    histories: int = 0
    operations: int = 0
    most_looked_at: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Races:
    """A run of storms, by one seed."""

    def __init__(self, *, operations: int, seed: str, folder: Path, maker: DatabaseMaker) -> None:
        self.tally = Tally()
        self._operations = operations
        self._seed = seed
        self._folder = folder
        self._maker = maker

    def run(self, dialects: Sequence[str], storms: int) -> Iterator[str]:
        """Storm so many times on each database in turn, and tell after each storm how far it came."""
        with ExitStack() as stack:
            processes = {each: stack.enter_context(storm_processes(each)) for each in dialects}
            for number, dialect in product(range(1, storms + 1), dialects):
                begun = time.monotonic()
                self._storm(dialect, number, processes[dialect])
                took = time.monotonic() - begun
                tally = self.tally
                yield (
                    f"{dialect} {number}/{storms}: {tally.histories} histories, {tally.operations:,}"
                    f" operations, {len(tally.wrong)} wrong, {took:.1f} s"
                )

    def _storm(self, dialect: str, number: int, processes: StormProcesses) -> None:
        seed = f"{self._seed}-{dialect}-{number}"
        folder = self._folder / seed
        folder.mkdir()
        with house_on(self._maker.migrated(dialect, "services.enrolment")) as house:
            stage = new_field(house, folder)
            found = stormed(
                stage, processes, operations=self._operations, seed=seed, killed=number % 2 == 0
            )
            self._judge(stage, found, seed)
            if differences := house.differences():
                self._write(f"{seed}-consistency", f"{differences}\n")

    def _judge(self, stage: Field, found: list[Operation], seed: str) -> None:
        tally = self.tally
        tally.outcomes.update(
            f"{each.kind.value}: {each.outcome or 'nobody knows'}" for each in found
        )
        tally.operations += len(found)
        for number, (class_id, operations) in enumerate(by_class(found).items()):
            tally.histories += 1
            name = f"{seed}-{number}"
            if len(operations) < self._operations:
                self._write(name, f"only {len(operations)} operations came back\n")
            try:
                verdict = stage.judged(operations)[class_id]
            except TooEntangled as error:
                self._write(name, f"{error}\n")
                continue
            tally.most_looked_at = max(tally.most_looked_at, verdict.looked_at)
            if not verdict.is_linearizable:
                self._write(name, stage.explain(operations, class_id))

    def _write(self, name: str, text: str) -> None:
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        self.tally.wrong.append(str(path))


def main(variables: Mapping[str, str]) -> int:
    """Storm, print, and return the exit code."""
    histories = int(variables.get("HISTORIES", "200"))
    operations = int(variables.get("OPERATIONS", "1000"))
    seed = variables.get("SEED") or secrets.token_hex(4)
    named = variables.get("ONLY")
    dialects = [named] if named else list(PROCESSES)
    storms = -(-histories // (CLASSES * len(dialects)))
    print(f"SEED={seed}: {storms * CLASSES} histories on each of {', '.join(dialects)}", flush=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def server() -> Iterator[str]:
            yield stack.enter_context(postgresql_server())

        maker = DatabaseMaker(folder, server())
        stack.callback(maker.drop_all)
        races = Races(operations=operations, seed=seed, folder=folder, maker=maker)
        for line in races.run(dialects, storms):
            print(line, flush=True)
    tally = races.tally
    for name, count in sorted(tally.outcomes.items()):
        print(f"{name:32} {count:>9,}")
    print(
        f"{tally.histories} histories, {tally.operations:,} operations,"
        f" {time.monotonic() - begun:.0f} s, at most {tally.most_looked_at:,} situations for one"
    )
    for path in tally.wrong:
        print(f"WRONG: {path} (SEED={seed})", file=sys.stderr)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
