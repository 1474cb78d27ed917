"""Waves that draw: their windows moved to where a test needs them, applications, and a worker's rounds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.clock import utc_now, write_instant
from chassis.identifiers import random_reference
from chassis.identity import Principal
from services.enrolment.api.candidates import read_candidate
from services.enrolment.domain.draw.receipt import receipt
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.draw_work import DrawWork
from services.enrolment.storage.tables.draws import DRAW
from services.enrolment.storage.tables.programme import WAVE
from services.enrolment.use_cases.draw.make_application import (
    MakeApplication,
    make_application,
)
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import Person

HOUR = timedelta(hours=1)
SOURCE = "drand quicknet"
VALUE = "6e5f1b0c"
ROUND = "https://api.drand.sh/public/7"


def announce(house: House, **changes: Any) -> TestResponse:
    """Send a wave that draws, and that opens in an hour."""
    body = {
        "name": "Gelombang 71",
        "opens_at": write_instant(utc_now() + HOUR),
        "closes_at": write_instant(utc_now() + DAY),
        "selection": "draw",
        "outside_source": SOURCE,
        "outside_after": write_instant(utc_now() + DAY),
        **changes,
    }
    sent = {name: value for name, value in body.items() if value is not None}
    return house.post("/waves", sent, "operator")


def open_draw(house: House) -> str:
    """Announce a draw whose window is open by now; return the wave's id."""
    wave_id = str(document(announce(house), 201)["id"])
    move_window(house, wave_id, opens_in=-HOUR, closes_in=HOUR)
    with house.as_owner() as connection:
        awaited = sa.update(DRAW).where(DRAW.c.wave_id == wave_id)
        connection.execute(awaited.values(outside_after=utc_now() - HOUR))
    return wave_id


def move_window(
    house: House, wave_id: str, *, opens_in: timedelta, closes_in: timedelta
) -> datetime:
    """Let a window lie elsewhere, since no test waits for one; return when it closes."""
    closes_at = utc_now() + closes_in
    with house.as_owner() as connection:
        connection.execute(
            sa.update(WAVE)
            .where(WAVE.c.wave_id == wave_id)
            .values(opens_at=utc_now() + opens_in, closes_at=closes_at)
        )
    return closes_at


def close_window(house: House, wave_id: str) -> None:
    """Let a window be over."""
    move_window(house, wave_id, opens_in=-2 * HOUR, closes_in=-timedelta(microseconds=1))


def apply(
    house: House, wave_id: str, person: Person, *, role: str = "operator", **options: Any
) -> TestResponse:
    """Apply for a person who consents."""
    body = {**person.row(), "consent": True}
    return house.post(f"/waves/{wave_id}/applications", body, role, **options)


def applied(house: House, wave_id: str, person: Person, **options: Any) -> str:
    """Apply for a person, and return the application's id."""
    return str(document(apply(house, wave_id, person, **options), 201)["id"])


def apply_many(house: House, wave_id: str, persons: Iterable[Person]) -> None:
    """Apply for many people, some in each transaction."""
    service = house.service
    operator = Principal("operator:rina", "operator", None, None, None, expires_at=0)

    def make(connection: sa.Connection) -> None:
        for candidate in map(candidate_of, persons):
            command = MakeApplication(random_reference(), wave_id, candidate, operator, "request-1")
            make_application(connection, command, stores=service.stores)

    service.transactions.run(make)


def candidate_of(person: Person) -> Candidate:
    """Return a person as the service reads it."""
    read = read_candidate(person.row(), takes_test_numbers=True)
    assert isinstance(read, Candidate)
    return read


def withdraw(
    house: House, application_id: str, *, role: str = "operator", **options: Any
) -> TestResponse:
    """Withdraw an application."""
    path = f"/applications/{application_id}/withdrawal"
    return house.post(path, {"reason": "Sudah bekerja", "consent": True}, role, **options)


def looked_up(house: House, application_id: str) -> dict[str, Any]:
    """Look an application up, as its person, who has the receipt."""
    given = receipt(house.service.code_key, application_id)
    found: dict[str, Any] = document(look_up(house, application_id, receipt=given))
    return found


def look_up(house: House, application_id: str, **options: str) -> TestResponse:
    """Look an application up, as whoever has its id."""
    body = {"application_id": application_id, **options}
    return house.call("POST", "/api/v1/applications/lookup", json=body)


def look_for(
    house: House, wave_id: str, person: Person, *, role: str = "officer", **options: Any
) -> TestResponse:
    """Look for the application of a person who has lost the id."""
    body = {"nik": person.nik, "reason": "Tanda terima hilang"}
    return house.post(f"/waves/{wave_id}/applications/lookup", body, role, **options)


def work_of(house: House) -> DrawWork:
    """Return a worker's part that draws."""
    return DrawWork(house.service.stores, house.service.transactions)


def go_on(house: House) -> None:
    """Let a worker do what is due, until nothing is."""
    work = work_of(house)
    while work.go_on():
        pass


def enter(house: House, wave_id: str, **changes: Any) -> TestResponse:
    """Enter an outside value that was published just now."""
    body = {
        "value": VALUE,
        "source": ROUND,
        "published_at": write_instant(utc_now()),
        **changes,
    }
    return house.post(f"/waves/{wave_id}/draw/outside-value", body, "operator")


def drawn(house: House, wave_id: str) -> None:
    """Take a draw whose window is open to its end."""
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    go_on(house)


def revealed(house: House, *, people: int, places: int) -> str:
    """Draw among so many for so many places, up to where the first would be judged; return the wave's id."""
    wave_id = open_draw(house)
    quotas = {"quotas": [{"places": places}], "reason": "Keputusan kuota"}
    document(house.post(f"/waves/{wave_id}/quotas", quotas, "operator"))
    apply_many(house, wave_id, islice(house.supply, people))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    return wave_id


def shown(house: House, wave_id: str) -> dict[str, Any]:
    """Return what is published of a draw."""
    draw: dict[str, Any] = document(house.get(f"/waves/{wave_id}"))["draw"]
    return draw


def listed(house: House, wave_id: str) -> list[str]:
    """Return the ids that the published list has."""
    rows = document(house.get(f"/waves/{wave_id}/draw/applications"))["items"]
    return [row["application_id"] for row in rows]


def results(house: House, wave_id: str) -> list[dict[str, Any]]:
    """Return the published order, with what became of each."""
    rows: list[dict[str, Any]] = document(house.get(f"/waves/{wave_id}/draw/results"))["items"]
    return rows
