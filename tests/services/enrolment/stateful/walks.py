"""How far machines go: so many walks of so many steps, the same ones each time; more of them, by chance, when told to.

`STATEFUL_WALKS=100` goes that many walks, other ones each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.services.enrolment.house import House


def walk(machine: type[RuleBasedStateMachine], house: House, *, walks: int, steps: int) -> None:
    """Let a machine go through a house."""
    told = os.environ.get("STATEFUL_WALKS")
    run_state_machine_as_test(
        type(f"{machine.__name__}InThisHouse", (machine,), {"house": house}),
        settings=settings(
            max_examples=int(told) if told else walks,
            stateful_step_count=steps,
            derandomize=told is None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=False,
        ),
    )
