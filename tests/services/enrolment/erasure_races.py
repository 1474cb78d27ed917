"""Erasures that meet something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import Problem
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.erase_holder import EraseHolder, erase_holder
from services.enrolment.use_cases.programme.find_traces import find_traces
from tests.services.enrolment.erasing import RINA
from tests.services.enrolment.people import HeldCard

PATIENCE = 20
OPERATOR = Principal(RINA, "operator", None, None, None, expires_at=0)
Step = Callable[[sa.Connection], object]


def erasing(card: HeldCard, stores: Stores) -> Step:
    """Return an erasure whose traces were found before."""
    traces = find_traces(None, card.card_ref, stores=stores)
    command = EraseHolder(None, card.card_ref, "Permintaan", "PDP-1", OPERATOR, "request-2")
    return lambda connection: erase_holder(connection, command, traces, stores=stores)


def outcome(service: EnrolmentService, step: Step) -> str:
    """Take a step, and tell how it ended."""
    try:
        service.transactions.run(step)
    except Problem as refusal:
        return refusal.code
    return "done"


def at_once(service: EnrolmentService, *steps: Step) -> list[str]:
    """Take steps at once, and tell how each ended."""
    start = threading.Barrier(len(steps))

    def take(step: Step) -> str:
        start.wait(PATIENCE)
        return outcome(service, step)

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))
