"""The catalogue knows the seats left because it follows enrolment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from chassis.database import Database
from chassis.follower import AnotherFollower, read_follower_state
from chassis.http_client import ServiceClient
from deploy.local.databases import ServiceDatabase
from services.catalog.follow_again import follow_again
from services.catalog.followers import seats
from services.catalog.followers.seats import READ_AT_ONCE, SeatsFollower
from services.catalog.storage.tables import CLASS_SEATS, FOLLOWER_STATE
from tests.services.catalog.client import Catalog, made, service_on, staff
from tests.services.catalog.enrolment import TOKEN, Enrolment, serving

ABSENT = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def enrolment() -> Iterator[Enrolment]:
    """An enrolment service with an empty journal."""
    with serving(Enrolment()) as enrolment:
        yield enrolment


@pytest.fixture
def follower(catalog: Catalog, enrolment: Enrolment) -> SeatsFollower:
    """The follower between the two."""
    return SeatsFollower(
        client=ServiceClient(enrolment.address),
        token=lambda: TOKEN,
        transactions=service_on(catalog.database).transactions,
    )


@pytest.fixture
def class_id(catalog: Catalog, provider_id: str) -> str:
    """A class of sixteen seats."""
    document = catalog.training_class(provider_id, catalog.course(provider_id))
    return str(document["id"])


def left(catalog: Catalog, class_id: str) -> int:
    seats: int = made(catalog.get(f"/classes/{class_id}"))["seats_left"]
    assert made(catalog.get("/classes"))["items"][0]["seats_left"] == seats
    return seats


def test_until_enrolment_has_said_anything_every_seat_is_left(
    catalog: Catalog, follower: SeatsFollower, class_id: str
) -> None:
    assert follower.catch_up() == 0
    assert left(catalog, class_id) == 16


def test_seats_left_follow_what_enrolment_says(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 1), (ABSENT, 1), (class_id, 2)]
    follower.catch_up()
    assert left(catalog, class_id) == 14
    enrolment.told += [(class_id, 16)]
    follower.catch_up()
    assert left(catalog, class_id) == 0
    enrolment.told += [(class_id, 15)]
    follower.catch_up()
    assert left(catalog, class_id) == 1


def test_what_was_read_is_not_read_again(
    follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 1)] * 3
    follower.catch_up()
    assert follower.catch_up() == 0
    assert enrolment.asked[-1] == 3


def test_a_long_journal_is_read_in_short_steps(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, number % 17) for number in range(2 * READ_AT_ONCE + 1)]
    follower.catch_up()
    assert enrolment.asked[-3:] == [0, READ_AT_ONCE, 2 * READ_AT_ONCE]
    assert left(catalog, class_id) == 16 - (2 * READ_AT_ONCE) % 17


def test_a_lowered_class_has_no_seat_left_rather_than_fewer_than_none(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str, provider_id: str
) -> None:
    enrolment.told += [(class_id, 10)]
    follower.catch_up()
    tag = catalog.get(f"/classes/{class_id}").headers["ETag"]
    patched = catalog.patch(f"/classes/{class_id}", {"seats": 5}, staff(provider_id), if_match=tag)
    assert made(patched)["seats_left"] == 0
    assert left(catalog, class_id) == 0


def test_seats_that_move_give_another_etag_and_no_stale_version(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str, provider_id: str
) -> None:
    path = f"/classes/{class_id}"
    before = catalog.get(path).headers["ETag"]
    assert catalog.get(path, if_none_match=before).status_code == 304
    enrolment.told += [(class_id, 3)]
    follower.catch_up()
    assert made(catalog.get(path, if_none_match=before))["seats_left"] == 13
    edited = catalog.patch(path, {"seats": 17}, staff(provider_id), if_match=before)
    assert made(edited)["seats_left"] == 14


def test_a_replaced_journal_is_read_from_its_start_and_nothing_old_stays(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 9)] * 4
    follower.catch_up()
    assert left(catalog, class_id) == 7
    enrolment.epoch = "00000000-0000-4000-8000-000000000002"
    enrolment.told = []
    follower.catch_up()
    assert left(catalog, class_id) == 16
    enrolment.told = [(class_id, 2)]
    follower.catch_up()
    assert left(catalog, class_id) == 14


def test_a_journal_restored_from_a_backup_is_read_from_its_start(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 5), (class_id, 6), (class_id, 9)]
    follower.catch_up()
    assert left(catalog, class_id) == 7
    enrolment.told = enrolment.told[:1]
    follower.catch_up()
    assert left(catalog, class_id) == 11


def test_a_journal_that_was_restored_and_grew_again_is_read_from_its_start(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 5), (class_id, 6), (class_id, 9)]
    follower.catch_up()
    enrolment.told[1:] = [(class_id, 4), (class_id, 3), (ABSENT, 1)]
    follower.catch_up()
    assert left(catalog, class_id) == 13


class Stops(ServiceClient):
    """A client that is cut off after so many answers."""

    def __init__(self, address: str, answers: int) -> None:
        super().__init__(address)
        self._left = answers

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        if self._left == 0:
            raise requests.ConnectionError
        self._left -= 1
        return super().get_json(*arguments, **options)


def test_numbers_stay_until_the_replaced_journal_was_read_and_are_then_told_or_forgotten(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str, provider_id: str
) -> None:
    other = str(catalog.training_class(provider_id, catalog.course(provider_id))["id"])
    enrolment.told += [(class_id, 5), (other, 6)]
    follower.catch_up()
    enrolment.epoch = "00000000-0000-4000-8000-000000000002"
    enrolment.told = [*[(ABSENT, 1)] * READ_AT_ONCE, (class_id, 2)]
    cut_off = SeatsFollower(
        client=Stops(enrolment.address, 2),
        token=lambda: TOKEN,
        transactions=service_on(catalog.database).transactions,
    )
    with pytest.raises(requests.ConnectionError):
        cut_off.catch_up()
    assert [held(catalog, each) for each in (class_id, other)] == [5, 6]
    follower.catch_up()
    assert [held(catalog, each) for each in (class_id, other)] == [2, 0]


def held(catalog: Catalog, class_id: str) -> int:
    shown = made(catalog.get(f"/classes/{class_id}"))
    return int(shown["seats"] - shown["seats_left"])


def test_told_to_follow_again_it_counts_everything_anew(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 5)]
    follower.catch_up()
    with catalog.database.writing() as connection:
        connection.execute(sa.update(CLASS_SEATS).values(held=11))
        connection.commit()
    assert follower.catch_up() == 0
    assert held(catalog, class_id) == 11
    follow_again(service_on(catalog.database))
    assert held(catalog, class_id) == 11
    assert follower.catch_up() == 1
    assert held(catalog, class_id) == 5


def test_when_it_was_last_known_whole_is_told_by_the_databases_clock(
    catalog: Catalog, follower: SeatsFollower, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(Database, "now", lambda *_: now)
    monkeypatch.setattr(seats, "monotonic", lambda: 1_000.0)
    follower.catch_up()
    with catalog.database.reading() as connection:
        state = read_follower_state(connection, FOLLOWER_STATE, seats.SOURCE)
    assert state is not None
    assert state.checked_at == now


class Meanwhile(ServiceClient):
    """A client that lets something happen between the answer and its use."""

    def __init__(self, address: str, happen: Callable[[], object]) -> None:
        super().__init__(address)
        self._happen = happen

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        answer = super().get_json(*arguments, **options)
        self._happen()
        return answer


def test_a_round_that_is_under_way_does_not_undo_that_it_begins_again(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 5)]
    follower.catch_up()
    enrolment.told += [(class_id, 6)]
    service = service_on(catalog.database)
    under_way = SeatsFollower(
        client=Meanwhile(enrolment.address, lambda: follow_again(service)),
        token=lambda: TOKEN,
        transactions=service.transactions,
    )
    with pytest.raises(AnotherFollower):
        under_way.catch_up()
    enrolment.asked.clear()
    follower.catch_up()
    assert enrolment.asked[0] == 0
    assert held(catalog, class_id) == 6


def command(database_url: str, **changes: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "DATABASE_URL": database_url,
        "TOKEN_ISSUER": "http://accounts.test",
        "JWKS_URL": "http://accounts.test/jwks.json",
        "FINGERPRINT_KEY": sha256(b"tells bodies apart in tests").hexdigest(),
        "SEARCH_INDEX": "/nonexistent",
        **changes,
    }
    return subprocess.run(
        [sys.executable, "-m", "services.catalog.follow_again"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_what_it_did(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 5)]
    follower.catch_up()
    done = command(catalog.database.url.render_as_string(hide_password=False))
    unset = command("")
    assert (done.returncode, done.stderr) == (0, "")
    assert "counts the seats held anew" in done.stdout
    assert (unset.returncode, unset.stderr) == (2, "follow_again: DATABASE_URL is not set\n")
    assert follower.catch_up() == 1


@pytest.mark.parametrize(("environment", "code"), [("production", 2), ("development", 1)])
def test_the_command_says_in_one_line_that_its_database_is_of_no_use(
    empty_database: ServiceDatabase, environment: str, code: int
) -> None:
    away = f"postgresql+psycopg://u:{token_hex(32)}@127.0.0.1:9/d"
    for url, expected in ((away, 1), (empty_database.application, code)):
        done = command(url, ENVIRONMENT=environment)
        assert (done.returncode, done.stdout) == (expected, "")
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("follow_again: ")
        assert "Traceback" not in done.stderr
        assert str(sa.make_url(url).password) not in done.stderr


def test_an_absent_enrolment_changes_nothing(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 4)]
    follower.catch_up()
    away = SeatsFollower(
        client=ServiceClient("http://127.0.0.1:9"),
        token=lambda: TOKEN,
        transactions=service_on(catalog.database).transactions,
    )
    with pytest.raises(requests.ConnectionError):
        away.catch_up()
    assert left(catalog, class_id) == 12
