"""The catalogue knows the seats left because it follows enrolment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from chassis.http_client import ServiceClient
from services.catalog.followers.seats import READ_AT_ONCE, SeatsFollower
from services.catalog.service import open_service
from tests.services.catalog.client import Catalog, made, staff
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
        transactions=open_service(catalog.database, most_price=0).transactions,
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


def test_an_absent_enrolment_changes_nothing(
    catalog: Catalog, follower: SeatsFollower, enrolment: Enrolment, class_id: str
) -> None:
    enrolment.told += [(class_id, 4)]
    follower.catch_up()
    away = SeatsFollower(
        client=ServiceClient("http://127.0.0.1:9"),
        token=lambda: TOKEN,
        transactions=open_service(catalog.database, most_price=0).transactions,
    )
    with pytest.raises(requests.ConnectionError):
        away.catch_up()
    assert left(catalog, class_id) == 12
