"""Files of candidates and workers as processes: killed in the middle, and more than one at once."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.domain.programme.admission_file import ROWS_A_CHUNK
from services.enrolment.storage.tables.files import ADMISSION_CHUNK
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.files import file_of, rows, sent, shown
from tests.services.enrolment.followers.catalogue import Catalogue
from tests.services.enrolment.house import House
from tests.services.enrolment.test_worker import all_entries, working
from tests.waiting import eventually

CHUNKS = 8
KILLS = 2


def awarded(house: House) -> list[str]:
    return [one["card_ref"] for one in all_entries(house) if one["kind"] == "card-awarded"]


def chunks_of(house: House) -> list[sa.Row[Any]]:
    with house.service.database.reading() as connection:
        return list(connection.execute(sa.select(ADMISSION_CHUNK)))


def wait_for_some(house: House, file_id: str, *, beyond: int) -> int:
    """Wait until more rows of a file are done; return how many."""

    def look() -> int | None:
        done: int = shown(house, file_id)["done"]
        return done if done > beyond else None

    return eventually(look, what=f"more than {beyond} rows are done") or 0


def wait_for_all(house: House, file_id: str) -> None:
    """Wait until a file is done, however long that takes, as long as it goes on."""
    done = 0
    while shown(house, file_id)["state"] != "done":
        done = wait_for_some(house, file_id, beyond=done)


def test_killed_while_it_admits_a_file_it_goes_on_where_it_stopped(
    house: House, catalogue: Catalogue
) -> None:
    people = CHUNKS * ROWS_A_CHUNK - 1
    file_id = sent(house, file_of(islice(house.supply, people)))
    done = 0
    with accounts() as address:
        for _ in range(KILLS):
            with working(house, catalogue, address) as worker:
                done = wait_for_some(house, file_id, beyond=done)
                worker.kill()
                worker.wait()
            told = shown(house, file_id)
            assert told["done"] == told["admitted"] == len(rows(house, file_id))
            assert house.differences() == []
        assert told["state"] == "running"
        with working(house, catalogue, address):
            wait_for_all(house, file_id)
    told = shown(house, file_id)
    assert (told["admitted"], told["refused"]) == (people, 0)
    lines = [row["line"] for row in rows(house, file_id)]
    assert lines == list(range(2, people + 2))
    cards = awarded(house)
    assert len(set(cards)) == len(cards) == people
    assert all(chunk.candidates is None for chunk in chunks_of(house))
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_two_workers_admit_a_file_together_and_no_row_twice(
    house: House, catalogue: Catalogue
) -> None:
    people = CHUNKS * ROWS_A_CHUNK
    file_id = sent(house, file_of(islice(house.supply, people)))
    with (
        accounts() as address,
        working(house, catalogue, address),
        working(house, catalogue, address),
    ):
        wait_for_all(house, file_id)
    assert Counter(row["code"] for row in rows(house, file_id)) == {None: people}
    assert len(awarded(house)) == people
    assert house.differences() == []
