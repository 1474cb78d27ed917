"""After the catalogue was restored or replaced, enrolment follows it again from its beginning and loses no seat."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from chassis.feed_client import SourceDiverged
from services.catalog.domain.classes import ClassStatus
from services.enrolment.followers.catalogue_again import (
    FollowedAgain,
    NothingToFollow,
)
from services.enrolment.worker import settle_called_off_classes
from tests.chassis.problem_documents import code
from tests.services.enrolment.followers.catalogue import (
    Catalogue,
    changed,
)
from tests.services.enrolment.followers.following import again, follower_of, published, seats
from tests.services.enrolment.house import House, document


def test_the_ordinary_follower_goes_on_in_the_new_journal(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    known, later = published(catalogue, 2)
    follower_of(house, catalogue.client).catch_up()
    house.enrolled(house.award(), known.class_id)
    restored.tell(("published", known), ("changed", changed(known, seats=7)))
    with pytest.raises(SourceDiverged):
        follower_of(house, restored.client).catch_up()
    assert again(house, restored.client).run() == FollowedAgain(position=2, told=1, unlisted=1)
    told = seats(house, known.class_id)
    assert (told["declared_seats"], told["held"]) == (7, 1)
    restored.tell(("published", later))
    assert follower_of(house, restored.client).catch_up() == 1
    assert house.enrol(house.award(), later.class_id).status_code == 201
    assert house.differences() == []


def test_a_class_it_no_longer_knows_takes_nobody_else_and_keeps_who_is_in_it(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2, seats=5)
    follower_of(house, catalogue.client).catch_up()
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
    assert settle_called_off_classes(service.stores, service.transactions) == 0
    assert seats(house, lost.class_id)["held"] == 1
    assert house.differences() == []


def test_each_class_it_no_longer_knows_has_one_entry_however_often_it_is_followed_again(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, *lost = published(catalogue, 3)
    follower_of(house, catalogue.client).catch_up()
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
    follower_of(house, catalogue.client).catch_up()
    restored.tell(("published", kept))
    again(house, restored.client).run()
    restored.tell(("changed", lost))
    follower_of(house, restored.client).catch_up()
    assert house.enrol(house.award(), lost.class_id).status_code == 201


def test_seats_held_beyond_what_the_restored_catalogue_declares_are_kept(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    [offered] = published(catalogue, 1, seats=3)
    follower_of(house, catalogue.client).catch_up()
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
    follower_of(house, catalogue.client).catch_up()
    card = house.award()
    house.enrolled(card, lost.class_id)
    catalogue.tell(("cancelled", replace(lost, status=ClassStatus.CANCELLED, reason="Banjir")))
    follower_of(house, catalogue.client).catch_up()
    restored.tell(("published", kept))
    assert again(house, restored.client).run().unlisted == 0
    service = house.service
    assert settle_called_off_classes(service.stores, service.transactions) == 1
    assert document(house.get("/cards/me", "holder", card=card.card_ref))["status"] == "awarded"


def test_a_catalogue_that_is_still_the_same_may_be_followed_again(
    house: House, catalogue: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    follower_of(house, catalogue.client).catch_up()
    assert again(house, catalogue.client).run() == FollowedAgain(position=1, told=1, unlisted=0)
    assert follower_of(house, catalogue.client).catch_up() == 0
    assert seats(house, offered.class_id)["status"] == "published"


def test_a_catalogue_that_was_never_followed_is_followed(
    house: House, catalogue: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    again(house, catalogue.client).run()
    assert follower_of(house, catalogue.client).catch_up() == 0
    assert house.enrol(house.award(), offered.class_id).status_code == 201


def test_a_catalogue_with_no_class_at_all_is_not_believed(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    [offered] = published(catalogue, 1)
    follower_of(house, catalogue.client).catch_up()
    before = house.tables()
    with pytest.raises(NothingToFollow):
        again(house, restored.client).run()
    assert house.tables() == before
    assert house.enrol(house.award(), offered.class_id).status_code == 201


def test_a_catalogue_that_is_away_changes_nothing(house: House, catalogue: Catalogue) -> None:
    published(catalogue, 1)
    follower_of(house, catalogue.client).catch_up()
    before = house.tables()
    catalogue.go_away()
    with pytest.raises(requests.ConnectionError):
        again(house, catalogue.client).run()
    assert house.tables() == before
