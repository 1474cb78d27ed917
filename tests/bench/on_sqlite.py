"""One hot class on SQLite, where every write waits for the file."""

from __future__ import annotations

from tests.bench.enrolling import CONFIRMED, FASTEST, address_of, enrol
from tests.bench.figures import Figures
from tests.bench.population import CARDS_AT_ONCE, populate
from tests.databases import new_folder_for_server
from tests.running_system import RunningSystem


def measure_on_sqlite(figures: Figures, *, rounds: int, seconds: int) -> None:
    """Measure a system of its own. Raises `RuntimeError` where anybody is refused, because of a lock or otherwise."""
    cards = rounds * (seconds + 1) * FASTEST // 2
    with new_folder_for_server() as folder:
        system = RunningSystem(folder, dialect="sqlite", databases={})
        try:
            population = populate(
                system.address,
                database=system.databases["enrolment"].application,
                accounts=system.accounts_settings,
                cards=-(-cards // CARDS_AT_ONCE) * CARDS_AT_ONCE,
            )
            for _ in range(rounds):
                load = enrol(address_of(system), population, population.hot, seconds=seconds)
                figures.add("hot class on SQLite, a second", load.per_second(CONFIRMED))
                figures.add("hot class on SQLite: p99, ms", load.percentile(0.99) * 1000)
        finally:
            system.stop()
