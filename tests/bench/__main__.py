"""`make bench`: the product beside what its database does alone, in one run on one server; the ratios are what counts.

Prints a table and writes `bench/latest.json`. ROUNDS (5), SECONDS (8), ENTRIES (2,000,000), COURSES (100,000) and
APPLICATIONS (1,000,000) in the environment make it shorter or longer; ONLY names the one of
`MEASURES` that is taken alone; THROUGH_POOLER=1 puts PgBouncer before PostgreSQL.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import requests

from deploy.local.databases import SERVICES, postgresql_database
from deploy.local.supervisor import Supervisor
from tests.bench.beside_textbook import measure_beside_textbook
from tests.bench.candidate_files import RATE, measure_files
from tests.bench.drawing import measure_draw
from tests.bench.enrolling import FASTEST, measure_enrolments
from tests.bench.export import fill_journal, measure_export
from tests.bench.figures import Figures
from tests.bench.half_load import measure_half_load
from tests.bench.memory import family, pss_megabytes
from tests.bench.on_sqlite import measure_on_sqlite
from tests.bench.population import CARDS_AT_ONCE, Population, populate
from tests.bench.searching import measure_search
from tests.bench.seats_shown import SHOWN_SECONDS, measure_seats_shown
from tests.bench.storm import ARRIVING, measure_storm
from tests.bench.yardstick import PgbenchMissing, Yardstick, find_pgbench
from tests.databases import PASSWORD, new_folder_for_server, postgresql_server
from tests.pgbouncer import THROUGH_POOLER, PoolerForAll
from tests.running_system import RunningSystem

SETTLING_SECONDS = 10
WORN_IN_FILES = 60
LATEST = Path("bench/latest.json")


@dataclass
class Bench:
    """A system that runs, what PostgreSQL does alone beside it, and how long each is looked at."""

    system: RunningSystem
    server: str
    yardstick: Yardstick
    figures: Figures
    rounds: int
    seconds: int
    cards: int
    """How many cards the measures need that are taken."""

    def enrolments(self) -> None:
        """Measure enrolments in turn with what PostgreSQL does alone."""
        self.yardstick.prepare()
        population = self.population
        for number in range(1, self.rounds + 1):
            measure_enrolments(
                self.system, self.yardstick, population, self.figures, seconds=self.seconds
            )
            print(f"round {number} of {self.rounds} measured", flush=True)
        _check_consistency(self.system)

    def textbook(self) -> None:
        """Measure enrolments in turn with those of a textbook."""
        measure_beside_textbook(
            self.system,
            self.population,
            self.figures,
            server=self.server,
            enrolment=_enrolment_on(self.server),
            rounds=self.rounds,
            seconds=self.seconds,
        )
        _check_consistency(self.system)

    def half_load(self) -> None:
        """Measure how long enrolments take at half of what can be served."""
        for _ in range(self.rounds):
            measure_half_load(self.system, self.population, self.figures, seconds=self.seconds)
        _check_consistency(self.system)

    def seats(self) -> None:
        """Measure how soon seats that were taken are missing from what the catalogue shows."""
        measure_seats_shown(
            self.system,
            self.population,
            self.figures,
            enrolment=_enrolment_on(self.server),
            seconds=self.seconds,
        )
        _check_consistency(self.system)

    def sqlite(self) -> None:
        """Measure enrolments on SQLite."""
        measure_on_sqlite(self.figures, rounds=self.rounds, seconds=self.seconds)

    def storm(self) -> None:
        """Measure a storm, and what is left of it."""
        measure_storm(self.system, self.population, self.figures)
        _check_consistency(self.system)

    def export(self) -> None:
        """Measure the export of a journal."""
        _measure_export(self.system, self.server, self.figures)

    def search(self) -> None:
        """Measure the search."""
        measure_search(self.system, self.figures, rounds=self.rounds, seconds=self.seconds)

    def files(self) -> None:
        """Measure files of candidates, and what they cost those who enrol."""
        measure_files(self.system, self.population, self.figures, seconds=self.seconds)
        _check_consistency(self.system)

    def draw(self) -> None:
        """Measure a draw."""
        count = int(os.environ.get("APPLICATIONS", "1000000"))
        measure_draw(self.system, self.figures, server=_enrolment_on(self.server), count=count)

    @cached_property
    def population(self) -> Population:
        """Award the cards that are needed, on a server that has run for a while."""
        population = _populate(self.system, self.server, cards=self.cards)
        _wear_in(self.server)
        return population


Cards = Callable[[int, int], int]
"""Tells how many cards a measure needs for so many rounds of so many seconds."""


def _none(_rounds: int, _seconds: int) -> int:
    return 0


def _two_a_round(rounds: int, seconds: int) -> int:
    return rounds * 2 * (seconds + 1) * FASTEST


def _for_looking(_rounds: int, seconds: int) -> int:
    return int((seconds + 1 + SHOWN_SECONDS / 2) * FASTEST)


MEASURES: Mapping[str, tuple[Callable[[Bench], None], Cards]] = {
    "enrolments": (Bench.enrolments, _two_a_round),
    "textbook": (Bench.textbook, _two_a_round),
    "half_load": (Bench.half_load, _two_a_round),
    "seats": (Bench.seats, _for_looking),
    "sqlite": (Bench.sqlite, _none),
    "storm": (Bench.storm, lambda _rounds, _seconds: ARRIVING),
    "export": (Bench.export, _none),
    "search": (Bench.search, _none),
    "files": (Bench.files, lambda _rounds, seconds: 4 * seconds * int(RATE)),
    "draw": (Bench.draw, _none),
}
"""In the order in which they are taken: the draw stops the worker, and is the last."""


def main() -> int:
    """Run the bench."""
    try:
        pgbench = find_pgbench()
    except PgbenchMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    only = os.environ.get("ONLY")
    if only is not None and only not in MEASURES:
        print(f"ONLY is one of {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS", "8"))
    figures = Figures()
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server())
        system = _start(stack, server)
        _measure_memory(system, figures)
        taken = [measure for name, measure in MEASURES.items() if only in (None, name)]
        cards = sum(needs(rounds, seconds) for _, needs in taken)
        alone = Yardstick(server, pgbench)
        bench = Bench(system, server, alone, figures, rounds, seconds, cards)
        for measure, _ in taken:
            measure(bench)
    return _tell(figures)


def _tell(figures: Figures) -> int:
    print(figures.table())
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(figures.document(), indent=2) + "\n", encoding="utf-8")
    return 0


def _start(stack: ExitStack, server: str) -> RunningSystem:
    databases = {
        service: postgresql_database(
            server,
            service,
            name=f"bench_{service}",
            application_password=PASSWORD,
            owner_password=PASSWORD,
        )
        for service in SERVICES
    }
    if THROUGH_POOLER:
        before = PoolerForAll(stack)
        databases = {service: before(server, made) for service, made in databases.items()}
    folder = stack.enter_context(new_folder_for_server())
    system = RunningSystem(folder, dialect="postgresql", databases=databases)
    stack.callback(system.stop)
    print("the system runs", flush=True)
    return system


def _enrolment_on(server: str) -> str:
    """Return the address of enrolment's database, as whoever owns the server."""
    return urlsplit(server)._replace(path="/bench_enrolment").geturl()


def _wear_in(server: str) -> None:
    """Let the server have log files to write over, as any has that has run for a while.

    A new one makes each anew, which keeps whoever commits waiting for 50 ms every 16 MB; that would be measured.
    """
    with psycopg.connect(server, autocommit=True) as connection:
        for _ in range(WORN_IN_FILES):
            connection.execute("select pg_switch_wal(), pg_current_xact_id()")
        connection.execute("checkpoint")


def _pids(supervisor: Supervisor) -> list[int]:
    return [supervisor.find(name).child.pid for name in supervisor.names()]


def _measure_memory(system: RunningSystem, figures: Figures) -> None:
    time.sleep(SETTLING_SECONDS)
    processes = family(_pids(system.supervisor))
    figures.add("idle memory of all processes, MB PSS", sum(map(pss_megabytes, processes)))
    figures.add("processes", len(processes))


def _populate(system: RunningSystem, server: str, *, cards: int) -> Population:
    rounded = -(-cards // CARDS_AT_ONCE) * CARDS_AT_ONCE
    began = time.perf_counter()
    population = populate(
        system.address,
        database=system.databases["enrolment"].application,
        accounts=system.accounts_settings,
        cards=rounded,
    )
    with psycopg.connect(_enrolment_on(server), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    print(f"{rounded:,} cards awarded in {time.perf_counter() - began:.0f} s", flush=True)
    return population


def _check_consistency(system: RunningSystem) -> None:
    """Ask what every test asks last; a fast answer that is wrong is worth nothing."""
    answer = requests.get(
        f"{system.address}/api/v1/consistency",
        headers={"Authorization": f"Bearer {system.token('auditor')}"},
        timeout=300,
    ).json()
    if answer["differences"]:
        raise RuntimeError(f"tables and entries differ: {answer['differences'][:5]}")
    print(f"consistent: {answer['checked']}", flush=True)


def _measure_export(system: RunningSystem, server: str, figures: Figures) -> None:
    entries = int(os.environ.get("ENTRIES", "2000000"))
    database = _enrolment_on(server)
    fill_journal(database, entries=entries)
    parts = urlsplit(system.address)
    export = measure_export(
        (str(parts.hostname), int(parts.port or 80)),
        system.token("auditor"),
        server=database,
        pids=_pids(system.supervisor),
    )
    figures.add_ratio("export_vs_copy", export.export_rows, export.copy_rows)
    figures.add("exported rows", export.rows)
    figures.add("export, MB a second", export.megabytes_a_second)
    figures.add("most any process grew while exporting, MB", export.growth)


if __name__ == "__main__":
    sys.exit(main())
