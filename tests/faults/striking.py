"""Striking: a storm, faults of one kind into it, how long each time until all was well, and the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.faults import of_locks, of_machine, of_postgresql, of_processes
from tests.faults.disk import may_mount
from tests.faults.ground import Ground
from tests.faults.keeper import LateError
from tests.faults.kind import Blow, Kind, NothingStruckError
from tests.faults.storm import CLIENTS, Storm
from tests.faults.verdict import findings

HEALTHY_WITHIN = 30.0
"""Seconds after which everything must be well again by itself."""

UNDER_WAY = 12
"""Deeds that are acknowledged before each blow."""


@dataclass
class Result:
    """What came of a kind of fault on one database."""

    kind: str
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the end of each blow until everything was well."""
    told: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def kinds_for(dialect: str) -> list[Kind]:
    """Return every kind that there is on a database, on this machine."""
    every = [*of_processes.KINDS, *of_postgresql.KINDS, *of_locks.KINDS, *of_machine.KINDS]
    there = [kind for kind in every if dialect in kind.dialects]
    return there if may_mount() else [kind for kind in there if not kind.needs_disk]


def strike(
    ground: Ground,
    kinds: Sequence[Kind],
    *,
    times: int = 1,
    seconds: float,
    within: float = HEALTHY_WITHIN,
    clients: int = CLIENTS,
    say: Callable[[str], None] = lambda _: None,
) -> Result:
    """Strike into one storm with each of these kinds so many times, and judge.

    `seconds` is how long what lasts is to last, `within` so many all must be well again.
    """
    result = Result(", ".join(kind.name for kind in kinds))
    with ExitStack() as around:
        for kind in kinds:
            around.enter_context(kind.around(ground))
        storm = Storm(ground.world, clients=clients, blows=times * len(kinds))
        storm.begin()
        try:
            for kind in kinds:
                for number in range(times):
                    _wait_until_under_way(ground, storm, within)
                    kind.strike(Blow(ground, storm, number, seconds))
                    took = _recovery(ground, storm, within)
                    result.recoveries.append(took)
                    say(f"{kind.name} {number + 1} of {times}: well after {took:.2f} s")
        except (LateError, NothingStruckError) as error:
            result.findings.append(f"{kind.name}: {error}")
        finally:
            storm.end()
        result.told = storm.told
        result.findings += findings(storm)
    return result


def _wait_until_under_way(ground: Ground, storm: Storm, within: float) -> None:
    began = time.monotonic()
    ground.keeper.until(
        lambda: storm.done_since(began) >= UNDER_WAY, seconds=within, what="the storm is under way"
    )


def _recovery(ground: Ground, storm: Storm, within: float) -> float:
    """Return how long it takes until everything is ready and both a write and a search are answered."""
    ended = time.monotonic()
    ground.keeper.until(
        lambda: (
            storm.done_since(ended)
            and ground.ready()
            and ground.world.public.call("GET", "/courses").ok
        ),
        seconds=within,
        what="all is well again",
    )
    return time.monotonic() - ended
