"""After the catalogue was restored or replaced, enrolment follows it again from its beginning and loses no seat."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from chassis import feed_client
from chassis.feed_client import Feed, SourceDiverged
from chassis.follower import AnotherFollower, Follower, read_follower_state
from chassis.http_client import ServiceClient
from deploy.local.databases import ServiceDatabase
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.enrolment.followers import catalogue_again
from services.enrolment.followers.catalogue import catalogue_follower
from services.enrolment.followers.catalogue_again import (
    CatalogueAgain,
    FollowedAgain,
    NothingToFollow,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables import FOLLOWER_STATE
from services.enrolment.use_cases.seats.enrol import CATALOGUE
from services.enrolment.worker import settle_called_off_classes
from tests.chassis.problem_documents import code
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.followers.catalogue import (
    Catalogue,
    catalogue_on,
    changed,
    class_on_offer,
)
from tests.services.enrolment.house import WORKER_VARIABLES, House, document
from tests.tokens import token


@pytest.fixture
def make_catalogue(
    provision: Callable[[str], ServiceDatabase],
) -> Callable[[], Any]:
    """`with make_catalogue() as catalogue:` serves a journal with nothing in it."""
    return lambda: catalogue_on(provision("services.catalog").application)


@pytest.fixture
def catalogue(make_catalogue: Callable[[], Any]) -> Iterator[Catalogue]:
    """The catalogue as it was followed at first."""
    with make_catalogue() as served:
        yield served


@pytest.fixture
def restored(make_catalogue: Callable[[], Any]) -> Iterator[Catalogue]:
    """The catalogue that came in its place."""
    with make_catalogue() as served:
        yield served


def feed_of(client: ServiceClient) -> Feed:
    return Feed(source=CATALOGUE, client=client, token=lambda: token(role="system"))


def follower_of(house: House, catalogue: Catalogue) -> Follower:
    return catalogue_follower(
        feed=feed_of(catalogue.client),
        transactions=house.service.transactions,
        classes=house.service.stores.classes,
    )


def again(house: House, client: ServiceClient, stores: Stores | None = None) -> CatalogueAgain:
    return CatalogueAgain(
        feed=feed_of(client),
        transactions=house.service.transactions,
        stores=stores or house.service.stores,
    )


def published(catalogue: Catalogue, count: int, **plan: Any) -> list[TrainingClass]:
    offered = [class_on_offer(**plan) for _ in range(count)]
    catalogue.tell(*[("published", each) for each in offered])
    return offered


def seats(house: House, class_id: str) -> Any:
    return document(house.get(f"/classes/{class_id}/availability"))


def test_the_ordinary_follower_goes_on_in_the_new_journal(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    known, later = published(catalogue, 2)
    follower_of(house, catalogue).catch_up()
    house.enrolled(house.award(), known.class_id)
    restored.tell(("published", known), ("changed", changed(known, seats=7)))
    with pytest.raises(SourceDiverged):
        follower_of(house, restored).catch_up()
    assert again(house, restored.client).run() == FollowedAgain(position=2, told=1, unlisted=1)
    told = seats(house, known.class_id)
    assert (told["declared_seats"], told["held"]) == (7, 1)
    restored.tell(("published", later))
    assert follower_of(house, restored).catch_up() == 1
    assert house.enrol(house.award(), later.class_id).status_code == 201
    assert house.differences() == []


def test_a_class_it_no_longer_knows_takes_nobody_else_and_keeps_who_is_in_it(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2, seats=5)
    follower_of(house, catalogue).catch_up()
    first, second = house.award_many(2)
    redeeming = house.enrolled(first, lost.class_id)
    leaving = house.enrolled(second, lost.class_id)
    restored.tell(("published", kept))
    again(house, restored.client).run()
    told = seats(house, lost.class_id)
    assert (told["status"], told["held"]) == ("unlisted", 2)
    late = house.award()
    assert code(house.enrol(late, lost.class_id)) == (409, "registration-closed")
    shown = house.redeem(redeeming["id"], redeeming["redeem_code"], "holder", card=first.card_ref)
    assert document(shown)["status"] == "active"
    assert house.cancel(leaving["id"], "holder", card=second.card_ref).status_code == 200
    service = house.service
    assert settle_called_off_classes(service.stores, service.transactions, service.rules) == 0
    assert seats(house, lost.class_id)["held"] == 1
    assert house.differences() == []


def test_each_class_it_no_longer_knows_has_one_entry_however_often_it_is_followed_again(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, *lost = published(catalogue, 3)
    follower_of(house, catalogue).catch_up()
    house.enrolled(house.award(), lost[0].class_id)
    restored.tell(("published", kept))
    assert [again(house, restored.client).run().unlisted for _ in range(2)] == [2, 0]
    entries = [entry for entry in house.entries() if entry["kind"] == "class-unlisted"]
    assert {e["class_id"]: e["body"]["held"] for e in entries} == {
        lost[0].class_id: 1,
        lost[1].class_id: 0,
    }
    assert len(entries) == 2
    assert {entry["actor"] for entry in entries} == {"command-line"}


def test_a_class_that_comes_back_takes_enrolments_again(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2)
    follower_of(house, catalogue).catch_up()
    restored.tell(("published", kept))
    again(house, restored.client).run()
    restored.tell(("changed", lost))
    follower_of(house, restored).catch_up()
    assert house.enrol(house.award(), lost.class_id).status_code == 201


def test_seats_held_beyond_what_the_restored_catalogue_declares_are_kept(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    [offered] = published(catalogue, 1, seats=3)
    follower_of(house, catalogue).catch_up()
    for card in house.award_many(3):
        house.enrolled(card, offered.class_id)
    restored.tell(("published", changed(offered, seats=2)))
    again(house, restored.client).run()
    told = seats(house, offered.class_id)
    assert (told["declared_seats"], told["seats"], told["held"]) == (2, 3, 3)
    assert code(house.enrol(house.award(), offered.class_id)) == (409, "class-full")


def test_a_called_off_class_it_no_longer_knows_is_still_settled(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2)
    follower_of(house, catalogue).catch_up()
    card = house.award()
    house.enrolled(card, lost.class_id)
    catalogue.tell(("cancelled", replace(lost, status=ClassStatus.CANCELLED, reason="Banjir")))
    follower_of(house, catalogue).catch_up()
    restored.tell(("published", kept))
    assert again(house, restored.client).run().unlisted == 0
    service = house.service
    assert settle_called_off_classes(service.stores, service.transactions, service.rules) == 1
    assert document(house.get("/cards/me", "holder", card=card.card_ref))["status"] == "awarded"


class Watching(ServiceClient):
    """A client that looks at something after every answer."""

    def __init__(self, address: str, look: Callable[[], None]) -> None:
        super().__init__(address)
        self._look = look

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        answer = super().get_json(*arguments, **options)
        self._look()
        return answer


def test_no_class_goes_back_through_what_it_once_was(
    house: House, catalogue: Catalogue, restored: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    [offered] = published(catalogue, 1)
    closed = replace(offered, status=ClassStatus.CLOSED)
    catalogue.tell(("closed", closed))
    follower_of(house, catalogue).catch_up()
    restored.tell(("published", offered), ("changed", offered), ("closed", closed))
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    seen: list[str] = []
    client = Watching(
        restored.address, lambda: seen.append(seats(house, offered.class_id)["status"])
    )
    again(house, client).run()
    assert len(seen) >= 6
    assert set(seen) == {"closed"}


class Crash(Exception):
    """The process ends."""


class CrashesAfter(ServiceClient):
    """A client whose process ends after so many answers."""

    def __init__(self, address: str, answers: int) -> None:
        super().__init__(address)
        self._left = answers

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        if self._left == 0:
            raise Crash
        self._left -= 1
        return super().get_json(*arguments, **options)


@pytest.mark.parametrize("answers", range(7))
def test_wherever_it_stops_it_can_be_begun_anew_and_until_then_the_follower_refuses_to_go_on(
    house: House,
    catalogue: Catalogue,
    restored: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    answers: int,
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    monkeypatch.setattr(catalogue_again, "SAVED_AT_ONCE", 1)
    offered = published(catalogue, 4)
    follower_of(house, catalogue).catch_up()
    house.enrolled(house.award(), offered[0].class_id)
    restored.tell(*[("published", changed(each, seats=9)) for each in offered[:3]])
    client: ServiceClient = CrashesAfter(restored.address, answers)
    if answers < 6:
        with pytest.raises(Crash):
            again(house, client).run()
        with pytest.raises(SourceDiverged):
            follower_of(house, restored).catch_up()
        client = restored.client
    assert again(house, client).run().told == 3
    assert follower_of(house, restored).catch_up() == 0
    assert [seats(house, each.class_id)["seats"] for each in offered] == [9, 9, 9, 2]
    assert seats(house, offered[0].class_id)["held"] == 1
    assert seats(house, offered[3].class_id)["status"] == "unlisted"


def test_a_follower_that_still_goes_on_is_not_overruled(house: House, catalogue: Catalogue) -> None:
    published(catalogue, 1)
    follower = follower_of(house, catalogue)
    follower.catch_up()
    new = class_on_offer()

    def go_on() -> None:
        catalogue.tell(("published", new))
        follower.catch_up()

    with pytest.raises(AnotherFollower):
        again(house, Watching(catalogue.address, go_on)).run()
    assert seats(house, new.class_id)["status"] == "published"
    assert [entry for entry in house.entries() if entry["kind"] == "class-unlisted"] == []


def test_when_the_worker_last_looked_is_never_put_back(
    house: House, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    published(catalogue, 3)
    follower_of(house, catalogue).catch_up()
    looks: list[datetime] = []

    def look() -> None:
        """Note, as the worker does now and then, that nothing is new."""
        looks.append(last_look(house))
        later = looks[-1] + timedelta(seconds=2)
        house.service.transactions.run(
            lambda connection: connection.execute(sa.update(FOLLOWER_STATE), {"checked_at": later})
        )

    again(house, Watching(catalogue.address, look)).run()
    looks.append(last_look(house))
    assert [later - earlier for earlier, later in pairwise(looks)] == [timedelta(seconds=2)] * 6


def last_look(house: House) -> datetime:
    with house.service.database.reading() as connection:
        state = read_follower_state(connection, FOLLOWER_STATE, CATALOGUE)
    assert state is not None
    return state.checked_at


def test_a_catalogue_that_is_still_the_same_may_be_followed_again(
    house: House, catalogue: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    follower_of(house, catalogue).catch_up()
    assert again(house, catalogue.client).run() == FollowedAgain(position=1, told=1, unlisted=0)
    assert follower_of(house, catalogue).catch_up() == 0
    assert seats(house, offered.class_id)["status"] == "published"


def test_a_catalogue_that_was_never_followed_is_followed(
    house: House, catalogue: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    again(house, catalogue.client).run()
    assert follower_of(house, catalogue).catch_up() == 0
    assert house.enrol(house.award(), offered.class_id).status_code == 201


def test_a_catalogue_with_no_class_at_all_is_not_believed(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    follower_of(house, catalogue).catch_up()
    before = house.tables()
    with pytest.raises(NothingToFollow):
        again(house, restored.client).run()
    assert house.tables() == before
    assert house.enrol(house.award(), offered.class_id).status_code == 201


def test_a_catalogue_that_is_away_changes_nothing(house: House, catalogue: Catalogue) -> None:
    published(catalogue, 1)
    follower_of(house, catalogue).catch_up()
    before = house.tables()
    catalogue.go_away()
    with pytest.raises(requests.ConnectionError):
        again(house, catalogue.client).run()
    assert house.tables() == before


# --- the command ---


@contextmanager
def environment(house: House, catalogue: Catalogue) -> Iterator[dict[str, str]]:
    with accounts() as accounts_address:
        yield {
            **os.environ,
            **WORKER_VARIABLES,
            "DATABASE_URL": house.places.application,
            "ACCOUNTS_URL": accounts_address,
            "CATALOG_URL": catalogue.address,
        }


def command(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "services.enrolment.follow_again"]
    return subprocess.run(program, env=variables, capture_output=True, text=True, check=False)


def test_the_command_says_in_one_line_what_it_did(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2)
    follower_of(house, catalogue).catch_up()
    restored.tell(("published", kept))
    with environment(house, restored) as variables:
        done = command(variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "followed the catalogue to position 1: 1 classes told of, 1 no longer known and now unlisted\n"
    )
    assert seats(house, lost.class_id)["status"] == "unlisted"


def test_the_command_says_in_one_line_why_it_did_nothing(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    published(catalogue, 1)
    follower_of(house, catalogue).catch_up()
    before = house.tables()
    with environment(house, restored) as variables:
        empty = command(variables)
        restored.go_away()
        away = command(variables)
        unset = command({**variables, "CATALOG_URL": ""})
    assert [done.returncode for done in (empty, away, unset)] == [1, 1, 2]
    assert empty.stderr.startswith("follow_again: the catalogue tells of no class at all")
    assert away.stderr.startswith("follow_again: the catalogue or accounts cannot be reached")
    assert unset.stderr == "follow_again: CATALOG_URL is not set\n"
    assert {len(done.stderr.splitlines()) for done in (empty, away, unset)} == {1}
    assert house.tables() == before


def test_the_command_says_in_one_line_that_its_database_is_of_no_use(
    house: House, catalogue: Catalogue, empty_database: ServiceDatabase
) -> None:
    with environment(house, catalogue) as variables:
        unreachable = command(
            {**variables, "DATABASE_URL": "postgresql+psycopg://u:p@127.0.0.1:9/d"}
        )
        unmigrated = command({**variables, "DATABASE_URL": empty_database.application})
    for done in (unreachable, unmigrated):
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("follow_again: the database ")
        assert "u:p" not in done.stderr
