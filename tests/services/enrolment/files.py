"""Files of candidates, as operators send them, and a worker's rounds over them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.enrolment.file_work import FileWork
from services.enrolment.storage.tables.files import ADMISSION_FILE
from tests.services.enrolment.house import FRESH, House, document
from tests.services.enrolment.people import Person

COLUMNS = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")
HEADER = ",".join(COLUMNS)


def file_of(people: Iterable[Person | str]) -> bytes:
    """Write a file of people; a text stands for a line as it is."""
    text = io.StringIO()
    text.write(f"{HEADER}\n")
    writer = csv.writer(text, lineterminator="\n")
    for person in people:
        if isinstance(person, str):
            text.write(f"{person}\n")
        else:
            writer.writerow(getattr(person, name) or "" for name in COLUMNS)
    return text.getvalue().encode()


def send(
    house: House,
    data: bytes,
    *,
    wave_id: str | None = None,
    content_type: str = "text/csv",
    key: str | None = FRESH,
    role: str = "operator",
) -> TestResponse:
    """Send a file for a wave, by default one that is open."""
    house.wave_id = house.wave_id or house.open_wave()
    path = f"/api/v1/waves/{wave_id or house.wave_id}/admission-files"
    headers = {"Content-Type": content_type}
    return house.call("POST", path, role=role, key=key, headers=headers, data=data)


def sent(house: House, data: bytes, **options: Any) -> str:
    """Send a file that is taken on, and return its id."""
    return str(document(send(house, data, **options), 202)["id"])


def shown(house: House, file_id: str) -> dict[str, Any]:
    """Return how far a file is."""
    told: dict[str, Any] = document(house.get(f"/admission-files/{file_id}", "operator"))
    return told


def rows(house: House, file_id: str) -> list[dict[str, Any]]:
    """Return what became of the rows of a file."""
    answer = document(house.get(f"/admission-files/{file_id}/rows", "operator"))
    items: list[dict[str, Any]] = answer["items"]
    return items


def work_of(house: House) -> FileWork:
    """Return a worker's part that admits files."""
    service = house.service
    return FileWork(service.stores, service.transactions, takes_test_numbers=True)


def admit_all(house: House) -> int:
    """Let a worker admit whatever can be; return how many rows it judged."""
    work, done = work_of(house), 0
    while judged := work.admit_some():
        done += judged
    return done


def stop(house: House, file_id: str) -> TestResponse:
    """Stop the admission of a file, as an operator."""
    return house.post(f"/admission-files/{file_id}/stop", {"reason": "Salah berkas"}, "operator")


def age(house: House, **values: Any) -> None:
    """Let files have come to something earlier."""
    with house.as_owner() as connection:
        connection.execute(sa.update(ADMISSION_FILE).values(**values))
