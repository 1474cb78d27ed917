"""How long an enrolment takes when people come half as fast as they could be served, not waiting for one another."""

from __future__ import annotations

from tests.bench.arrivals import let_arrive
from tests.bench.enrolling import CONFIRMED, address_of, enrol
from tests.bench.figures import Figures
from tests.bench.population import Population
from tests.bench.storm import check_answers
from tests.running_system import RunningSystem


def measure_half_load(
    system: RunningSystem, population: Population, figures: Figures, *, seconds: int
) -> None:
    """Measure what one class can take, then let half as many come a second."""
    address = address_of(system)
    capacity = enrol(address, population, population.hot, seconds=seconds).per_second(CONFIRMED)
    # One more than come: whoever is due at the very end may be rounded in.
    come = population.enrolments(population.hot, count=int(capacity / 2 * seconds) + 2)
    half = let_arrive(address, iter(come), rate=capacity / 2, seconds=seconds)
    check_answers(half, allowed={CONFIRMED})
    figures.add("half load: capacity before, a second", capacity)
    figures.add("half load: came, a second", capacity / 2)
    figures.add("half load: p50, ms", half.percentile(CONFIRMED, 0.5) * 1000)
    figures.add("half load: p99, ms", half.percentile(CONFIRMED, 0.99) * 1000)
