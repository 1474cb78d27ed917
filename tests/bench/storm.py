"""A storm: more people come in each second than can be served, for a minute, and do not wait for one another.

Everybody must get an answer: a seat, or a 503 that says when to come again, and soon. Afterwards all is as before.
"""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit

from tests.bench.arrivals import BUSY, Arrivals, let_arrive
from tests.bench.figures import Figures
from tests.bench.population import Population
from tests.running_system import RunningSystem

STORM = float(os.environ.get("STORM", "1334"))
"""People a second: as many as registered in the real programme's worst minute, 80,000."""

STORM_SECONDS = float(os.environ.get("STORM_SECONDS", "60"))
CALM, CALM_SECONDS = 100.0, 10.0
"""What comes before and after."""

ARRIVING = int(STORM * STORM_SECONDS + 3 * CALM * CALM_SECONDS) + 100
CONFIRMED = 201


def measure_storm(system: RunningSystem, population: Population, figures: Figures) -> None:
    """Let a storm pass over one class, and tell what became of everybody."""
    parts = urlsplit(system.address)
    address = str(parts.hostname), int(parts.port or 80)
    requests = iter(population.enrolments(population.hot, count=ARRIVING))

    calm = let_arrive(address, requests, rate=CALM, seconds=CALM_SECONDS)
    check_answers(calm, allowed={CONFIRMED})
    figures.add("before the storm: p99, ms", calm.percentile(CONFIRMED, 0.99) * 1000)
    storm = let_arrive(address, requests, rate=STORM, seconds=STORM_SECONDS)
    print(f"storm: {storm.statuses}", flush=True)
    check_answers(storm, allowed={CONFIRMED, BUSY})
    ended = time.perf_counter()
    after = let_arrive(address, requests, rate=CALM, seconds=CALM_SECONDS)
    check_answers(after, allowed={CONFIRMED})
    figures.add("storm: came, a second", STORM)
    figures.add("storm: confirmed, a second", storm.statuses.get(CONFIRMED, 0) / storm.seconds)
    for status, name in ((CONFIRMED, "confirmed"), (BUSY, "shed")):
        for share in (0.5, 0.99, 1.0):
            label = f"p{share * 100:.0f}" if share < 1 else "longest"
            figures.add(f"storm: {name} {label}, ms", storm.percentile(status, share) * 1000)
    figures.add("storm: came again, as an idle connection was let go", storm.sent_again)
    figures.add("storm: last answer after the last came, s", storm.seconds - STORM_SECONDS)
    figures.add("after the storm: p99, ms", after.percentile(CONFIRMED, 0.99) * 1000)
    print(f"calm for {time.perf_counter() - ended:.0f} s", flush=True)


def check_answers(arrivals: Arrivals, *, allowed: set[int]) -> None:
    """Raise `RuntimeError` unless everybody was answered, and as allowed."""
    wrong = set(arrivals.statuses) - allowed
    if wrong or arrivals.broken or arrivals.unanswered or arrivals.without_retry_after:
        raise RuntimeError(
            f"wrong answers {[arrivals.samples[status] for status in wrong]},"
            f" broken {arrivals.broken}, unanswered {arrivals.unanswered},"
            f" 503 without Retry-After {arrivals.without_retry_after}: {arrivals.statuses}"
        )
