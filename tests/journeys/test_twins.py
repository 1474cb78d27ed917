"""Fifty twins of a key have one effect and one answer, whoever is killed meanwhile; with a careless twin."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from deploy.local.process import Process
from tests.faults.seeded import PAUSE
from tests.journeys.twins import bursts
from tests.journeys.world import World

KEYS = 40
KILL_EVERY = 10
TRIES = 8
"""Kills that all must miss the moment before the judge may find nothing."""


def test_fifty_twins_of_forty_keys_are_told_the_same_whoever_is_killed(rough_world: World) -> None:
    done = bursts(rough_world, KEYS, kill_every=KILL_EVERY, chance=random.Random("twins"))
    assert done.findings() == []
    assert any(burst.struck for burst in done.done if burst.killed), "no kill met a burst"


@contextmanager
def answers_stored_apart(world: World) -> Iterator[None]:
    """Run the enrolment that stores its answers a moment after the effects, outside their transaction."""
    right = world.system.supervisor.find("enrolment").process
    *rest, _ = right.command
    # Under its own name: what it writes down is looked through with all other logs.
    command = (*rest, "--name", "enrolment", "tests.faults.seeded:stores_answers_apart()")
    _serve_by(world, replace(right, command=command))
    try:
        yield
    finally:
        _serve_by(world, right)


def _serve_by(world: World, process: Process) -> None:
    world.stop("enrolment")
    world.restart("enrolment", instead=process)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_where_keys_are_stored_outside_the_transaction_twins_are_told_different_things(
    rough_world: World,
) -> None:
    chance = random.Random("apart")
    with answers_stored_apart(rough_world):
        for _ in range(TRIES):
            done = bursts(
                rough_world, 1, kill_every=1, chance=chance, twins=8, within=(0.03, PAUSE)
            )
            found = done.findings()
            if any("already-enrolled" in line for line in found):
                return
    pytest.fail(f"the judge did not find that answers are stored apart: {found}")
