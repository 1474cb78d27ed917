"""Enrolments in a closed loop: so many clients, each of whom waits for its answer before it sends the next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.bench.figures import Figures
from tests.bench.load import Load, run_load
from tests.bench.population import Population
from tests.bench.yardstick import Yardstick
from tests.running_system import RunningSystem

CLIENTS = 32
FASTEST = 1_500
"""Enrolments a second for which cards are prepared; a round that uses them up ends early."""

CONFIRMED = 201


def address_of(system: RunningSystem) -> tuple[str, int]:
    """Return where a system's gateway listens."""
    parts = urlsplit(system.address)
    return str(parts.hostname), int(parts.port or 80)


def enrol(
    address: tuple[str, int], population: Population, classes: Sequence[str], *, seconds: int
) -> Load:
    """Let holders enrol in some classes in turn for so long. Raises `RuntimeError` where anybody is refused."""
    prepared = population.enrolments(classes, count=seconds * FASTEST)
    load = run_load(address, iter(prepared), clients=CLIENTS, seconds=seconds)
    if set(load.statuses) != {CONFIRMED}:
        raise RuntimeError(f"not every enrolment was confirmed: {load.statuses}, {load.samples}")
    return load


def measure_enrolments(
    system: RunningSystem,
    yardstick: Yardstick,
    population: Population,
    figures: Figures,
    *,
    seconds: int,
) -> None:
    """Measure product and yardstick in turn, in an order drawn anew: neither profits from the machine's mood."""
    measures = [
        ("hot_class", "one_class.sql", population.hot),
        ("spread", "thousand_classes.sql", population.spread),
    ]
    random.shuffle(measures)
    for name, script, classes in measures:
        alone = yardstick.run(script, clients=CLIENTS, seconds=seconds)
        load = enrol(address_of(system), population, classes, seconds=seconds)
        figures.add_ratio(f"{name}_vs_pgbench", load.per_second(CONFIRMED), alone)
        figures.add(f"{name}: p50, ms", load.percentile(0.5) * 1000)
        figures.add(f"{name}: p99, ms", load.percentile(0.99) * 1000)
