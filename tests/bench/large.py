"""`make bench-large`: what an enrolment costs with 20 million entries and 5 million cards there, beside 20 thousand.

Two systems run on one server and are measured in turn. ENTRIES (20,000,000), CARDS (5,000,000), ROUNDS (5) and SECONDS
(8) in the environment make it shorter or longer; as it stands it needs about half an hour and 20 GB of disk. Ends with
1 where an enrolment costs more than 1.2 times as much. What was filled in belongs to nobody, so that tables and entries
do not agree and `GET /consistency` is not asked.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from deploy.local.databases import SERVICES, postgresql_database
from tests.bench.enrolling import CONFIRMED, FASTEST, address_of, enrol
from tests.bench.export import fill_journal
from tests.bench.population import CARDS_AT_ONCE, Population, populate
from tests.databases import PASSWORD, new_folder_for_server, postgresql_server
from tests.running_system import RunningSystem

SMALL = 20_000
"""Entries, at least, and cards that the small system has: what the holders who enrol have left behind."""

MOST = 1.2
ENTRIES_AT_ONCE = 1_000_000
CARDS_FILLED_AT_ONCE = 250_000

_FILL_CARDS = """
insert into card (card_ref, wave_id, scheme, state, balance, deadline, region, awarded_at, rule_version)
select gen_random_uuid(), wave_id, scheme, state, balance, deadline, region, awarded_at, rule_version
  from (select * from card limit 1) one, generate_series(1, %(count)s)
"""


@dataclass(frozen=True)
class Side:
    """One of the two systems, who enrols there, and where its enrolment keeps its tables."""

    name: str
    system: RunningSystem
    population: Population
    database: str


def main() -> int:
    """Fill, measure in turn, and tell; return the exit code."""
    entries, cards = _whole("ENTRIES", 20_000_000), _whole("CARDS", 5_000_000)
    rounds, seconds = _whole("ROUNDS", 5), _whole("SECONDS", 8)
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server())
        needed = max(rounds * (seconds + 1) * FASTEST, SMALL)
        small, large = (_start(stack, server, name, cards=needed) for name in ("small", "large"))
        _fill_cards(large, cards)
        _fill_entries(large, entries)
        rates = {side.name: _rates() for side in (small, large)}
        for number in range(1, rounds + 1):
            for side in (small, large) if number % 2 else (large, small):
                load = enrol(
                    address_of(side.system), side.population, side.population.hot, seconds=seconds
                )
                rates[side.name].append(load.per_second(CONFIRMED))
            _say(f"round {number} of {rounds} measured")
    cost = statistics.median(s / b for s, b in zip(rates["small"], rates["large"], strict=True))
    for name, each in rates.items():
        _say(f"{name}: {statistics.median(each):,.0f} enrolments a second")
    verdict = "reached" if cost <= MOST else "EXCEEDED"
    _say(f"an enrolment costs {cost:.2f} times as much; at most {MOST} {verdict}")
    return 0 if cost <= MOST else 1


def _rates() -> list[float]:
    return []


def _start(stack: ExitStack, server: str, name: str, *, cards: int) -> Side:
    """Start a system without its workers, which would follow for hours what is filled in."""
    databases = {
        service: postgresql_database(
            server,
            service,
            name=f"{name}_{service}",
            application_password=PASSWORD,
            owner_password=PASSWORD,
        )
        for service in SERVICES
    }
    folder = stack.enter_context(new_folder_for_server())
    system = RunningSystem(folder, dialect="postgresql", databases=databases)
    stack.callback(system.stop)
    population = populate(
        system.address,
        database=system.databases["enrolment"].application,
        accounts=system.accounts_settings,
        cards=-(-cards // CARDS_AT_ONCE) * CARDS_AT_ONCE,
    )
    for service in SERVICES:
        system.supervisor.find(f"{service}-worker").kill_group()
    _say(f"{name}: {cards:,} cards awarded")
    database = urlsplit(server)._replace(path=f"/{name}_enrolment").geturl()
    return Side(name, system, population, database)


def _fill_cards(side: Side, cards: int) -> None:
    began = time.perf_counter()
    with psycopg.connect(side.database, autocommit=True) as connection:
        for done in range(0, cards, CARDS_FILLED_AT_ONCE):
            count = min(CARDS_FILLED_AT_ONCE, cards - done)
            connection.execute(_FILL_CARDS.encode(), {"count": count})
            _say_progress("cards", done + count, cards, began)
        connection.execute("vacuum analyze card")


def _fill_entries(side: Side, entries: int) -> None:
    began = time.perf_counter()
    for done in range(0, entries, ENTRIES_AT_ONCE):
        count = min(ENTRIES_AT_ONCE, entries - done)
        fill_journal(side.database, entries=count)
        _say_progress("entries", done + count, entries, began)


def _say_progress(what: str, done: int, of: int, began: float) -> None:
    passed = time.perf_counter() - began
    _say(f"{what}: {done:,} of {of:,}, {passed:.0f} s, {passed / done * (of - done):.0f} s to go")


def _say(text: str) -> None:
    print(text, flush=True)


def _whole(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


if __name__ == "__main__":
    sys.exit(main())
