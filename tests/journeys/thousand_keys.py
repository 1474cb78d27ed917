"""`make twins`: fifty twins of each of a thousand keys through the gateway, with enrolment killed on the way.

KEYS (1,000) and TWINS (50) say how many, KILLS (50) how often enrolment is killed and started again, DATABASE
(postgresql) on what, SEED makes the same choices again. Ends with 1 where anything was found wrong.
"""

from __future__ import annotations

import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from tests.databases import DatabaseMaker, postgresql_server
from tests.journeys.twins import TWINS, Bursts, bursts
from tests.journeys.world import World
from tests.running_system import started_system

A_ROUND = 100
"""Keys for one class, judged together."""


def main() -> int:
    """Send, judge, print; return the exit code."""
    keys = int(os.environ.get("KEYS") or 1000)
    twins = int(os.environ.get("TWINS") or TWINS)
    every = max(keys // int(os.environ.get("KILLS") or 50), 1)
    dialect = os.environ.get("DATABASE") or "postgresql"
    seed = os.environ.get("SEED") or secrets.token_hex(4)
    _say(f"SEED={seed}: {twins} twins of {keys:,} keys on {dialect}, a kill in every {every}th")
    chance, began, found, told = random.Random(seed), time.monotonic(), list[str](), Counter[str]()
    with ExitStack() as stack:
        world = stack.enter_context(closing(_world(stack, dialect)))
        for begun in range(0, keys, A_ROUND):
            count = min(A_ROUND, keys - begun)
            done = bursts(world, count, kill_every=every, chance=chance, twins=twins)
            wrong = done.findings()
            found += wrong
            told += _told(done)
            _say(
                f"{begun + count:,}/{keys:,} keys, {told['kills']} kills, {len(found)} wrong,"
                f" {time.monotonic() - began:.0f} s"
            )
            for line in wrong:
                _say(f"    WRONG: {line}")
    for what, number in sorted(told.items()):
        _say(f"{what:44} {number:>9,}")
    return 1 if found else 0


def _world(stack: ExitStack, dialect: str) -> World:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def server() -> Iterator[str]:
        yield stack.enter_context(postgresql_server())

    maker = DatabaseMaker(folder, server())
    stack.callback(maker.drop_all)
    place = folder / "system"
    return World(stack.enter_context(started_system(place, dialect=dialect, maker=maker)))


def _told(done: Bursts) -> Counter[str]:
    told: Counter[str] = Counter()
    for burst in done.done:
        told["kills"] += burst.killed
        told["kills that met twins under way"] += burst.killed and burst.struck
        for outcome in burst.outcomes:
            told["twins"] += 1
            told["connections that broke"] += len(outcome.broken)
            told.update(f"answers with {status}" for status, _ in outcome.answers)
    return told


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
