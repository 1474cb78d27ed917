"""Enrolment's worker as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from services.catalog.domain.classes import ClassStatus
from services.enrolment.storage.tables.journal import STORED_ANSWER
from services.enrolment.use_cases.seats.cancel_enrolments_of_called_off_class import (
    CANCELLED_AT_ONCE,
)
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.followers.catalogue import (
    DAY,
    Catalogue,
    class_on_offer,
)
from tests.services.enrolment.house import WORKER_VARIABLES, House, document
from tests.services.enrolment.use_cases.test_expiring import let_time_run_out
from tests.waiting import PATIENCE, eventually

MINUTE = 60.0
COMMAND = [sys.executable, "-m", "services.enrolment.worker"]
Worker = subprocess.Popen[str]


@contextmanager
def working(house: House, catalogue: Catalogue, accounts_address: str) -> Iterator[Worker]:
    """Run the worker until the block ends."""
    variables = {
        **WORKER_VARIABLES,
        "DATABASE_URL": house.places.application,
        "ACCOUNTS_URL": accounts_address,
        "CATALOG_URL": catalogue.address,
    }
    worker = subprocess.Popen(
        COMMAND, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def held(house: House, class_id: str) -> int:
    seats: int = document(house.get(f"/classes/{class_id}/availability"))["held"]
    return seats


def test_it_follows_the_catalogue_forgets_old_answers_and_stops_when_told(
    house: House, catalogue: Catalogue
) -> None:
    house.enrolled(house.award(), house.put_class(), key="an-old-answer")
    with house.as_owner() as connection:
        connection.execute(sa.update(STORED_ANSWER).values(stored_at=utc_now() - 3 * DAY))
    house.open_wave()
    offered = class_on_offer()
    catalogue.tell(("published", offered))
    with accounts() as address, working(house, catalogue, address) as worker:
        path = f"/classes/{offered.class_id}/availability"
        eventually(lambda: house.get(path).status_code == 200, what="the class is known")
        eventually(lambda: len(house.tables()["stored_answer"]) == 1, what="answers are forgotten")
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0
    assert "worker-stopped" in output
    assert WORKER_VARIABLES["CLIENT_SECRET"] not in output


def test_killed_while_it_settles_a_class_that_was_called_off_it_goes_on_where_it_was(
    house: House, catalogue: Catalogue
) -> None:
    people = 2 * CANCELLED_AT_ONCE + 1
    offered = class_on_offer(seats=people)
    catalogue.tell(("published", offered))
    with accounts() as address:
        with working(house, catalogue, address):
            path = f"/classes/{offered.class_id}/availability"
            eventually(lambda: house.get(path).status_code == 200, what="the class is known")
        for card in house.award_many(people):
            house.enrolled(card, offered.class_id)
        called_off = replace(offered, status=ClassStatus.CANCELLED, reason="Banjir")
        catalogue.tell(("cancelled", called_off))
        with working(house, catalogue, address) as worker:
            eventually(lambda: held(house, offered.class_id) < people, what="some seats are free")
            worker.kill()
            worker.wait()
        left = held(house, offered.class_id)
        assert left % CANCELLED_AT_ONCE == 1
        assert house.differences() == []
        with working(house, catalogue, address):
            eventually(lambda: held(house, offered.class_id) == 0, what="every seat is free")
    cancelled = [e["card_ref"] for e in all_entries(house) if e["kind"] == "enrolment-cancelled"]
    assert len(set(cancelled)) == len(cancelled) == people
    assert house.differences() == []


def test_started_again_after_an_outage_it_expires_within_a_minute_the_card_that_ran_out_meanwhile(
    house: House, catalogue: Catalogue
) -> None:
    before, meanwhile, _ = house.award_many(3)
    let_time_run_out(house, before)
    with accounts() as address:
        with working(house, catalogue, address) as worker:
            eventually(lambda: expired(house) == [before.card_ref], what="it is at work")
            worker.send_signal(signal.SIGTERM)
            worker.communicate(timeout=PATIENCE)
        let_time_run_out(house, meanwhile)
        assert expired(house) == [before.card_ref], "nobody does it while the worker is down"
        with working(house, catalogue, address):
            eventually(lambda: len(expired(house)) > 1, what="it has caught up")
    assert PATIENCE < MINUTE, "eventually gave up before the minute was over"
    assert expired(house) == [before.card_ref, meanwhile.card_ref]
    assert house.differences() == []


def expired(house: House) -> list[str]:
    return [entry["card_ref"] for entry in house.entries() if entry["kind"] == "card-expired"]


def all_entries(house: House) -> list[dict[str, Any]]:
    answer = house.get("/log/entries", "auditor", headers={"Accept": "application/jsonl"})
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_missing_setting_is_named_in_one_line_and_nothing_starts() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "enrolment worker: DATABASE_URL is not set\n"
