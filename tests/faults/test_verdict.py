"""The verdict finds what is wrong where something is: enrolment is broken on purpose and killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.faults.ground import Ground
from tests.faults.of_processes import KINDS
from tests.faults.striking import strike

(KILL,) = [kind for kind in KINDS if kind.name == "kill-enrolment"]
TRIES = 4
"""Kills that all must miss the moment before the verdict may find nothing."""


@pytest.fixture
def broken(ground: Ground) -> Iterator[Callable[[str], None]]:
    """`broken("…")` lets that application of `seeded` run in enrolment's place until the test ends."""
    right = ground.keeper.find("enrolment").process

    def run(application: str) -> None:
        *rest, _ = right.command
        command = (*rest, f"tests.faults.seeded:{application}()")
        ground.run_instead("enrolment", replace(right, command=command))

    yield run
    ground.run_instead("enrolment", right)


@pytest.mark.parametrize(
    ("dialect", "application", "found"),
    [
        ("postgresql", "tells_before_commit", "is lost, though told"),
        ("sqlite", "stores_answers_apart", "took effect, and nobody was told"),
    ],
)
def test_the_verdict_finds_a_seeded_breakage(
    ground: Ground, broken: Callable[[str], None], application: str, found: str
) -> None:
    broken(application)
    for _ in range(TRIES):
        findings = strike(ground, [KILL], seconds=0, within=120, clients=4).findings
        if any(found in finding for finding in findings):
            return
    pytest.fail(f"the verdict did not find that something {found}: {findings}")
