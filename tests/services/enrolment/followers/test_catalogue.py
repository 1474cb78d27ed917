"""Enrolment knows classes by following the catalogue's journal, and asks nobody while somebody waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.feed_client import SourceDiverged
from chassis.follower import Follower
from chassis.http_client import ServiceClient
from chassis.identifiers import new_id, random_reference
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.catalog.domain.courses import Mode
from services.catalog.domain.entry_kinds import EntryKind
from services.catalog.domain.happenings import Happening
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from tests.chassis.problem_documents import code
from tests.services.enrolment.followers.catalogue import (
    DAY,
    Catalogue,
    changed,
    class_on_offer,
)
from tests.services.enrolment.followers.following import follower_of, published, seats
from tests.services.enrolment.house import House, document

LONG_AGO = "018c0000-0000-7000-8000-000000000001"
IN_A_THOUSAND_YEARS = "1e000000-0000-7000-8000-000000000001"
"""Ids that tell when they were made."""


@pytest.fixture
def follower(house: House, catalogue: Catalogue) -> Follower:
    """Enrolment's follower of it."""
    return follower_of(house, catalogue.client)


def copied(catalogue: Catalogue, follower: Follower, **plan: Any) -> TrainingClass:
    """Publish a class, and have it copied."""
    [offered] = published(catalogue, 1, **plan)
    follower.catch_up()
    return offered


def test_a_published_class_can_be_enrolled_in(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = class_on_offer()
    catalogue.tell(("published", offered))
    assert follower.catch_up() == 1
    taken = house.enrolled(house.award(), offered.class_id)
    assert taken["class"]["id"] == offered.class_id
    assert taken["class"]["course_id"] == offered.course_id
    assert taken["class"]["course_title"] == "Pengelasan SMAW 3G"
    assert (taken["class"]["mode"], taken["class"]["zone"]) == ("online", "Asia/Makassar")
    assert taken["class"]["starts_at"] == offered.plan.starts_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert taken["class"]["ends_at"] == offered.plan.ends_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    [shown] = document(house.get("/enrolments", "provider", provider=offered.provider_id))["items"]
    assert shown["id"] == taken["id"]


def test_what_the_rules_limit_is_copied_with_the_version_that_judged_it(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = replace(class_on_offer(seats=30, trainers=2), rule_version="2020-04")
    catalogue.tell(("published", offered))
    follower.catch_up()
    asked = {"limits_of": offered.class_id}
    told = document(house.post("/rules/explanation", asked, "auditor", key=None))
    assert (told["version"], told["refused_by"]) == ("2020-04", None)
    compared = {each["rule"]: each["compared"] for each in told["checks"]}
    assert compared["course-length"] == {"least_hours": 6, "found": 40}
    assert compared["seats-per-trainer"]["found"] == 15.0


def test_everything_that_a_decision_needs_is_copied(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(
        catalogue, follower, mode=Mode.OFFLINE, link=None, venue="Jl. Salak 1", regency="71.71"
    )
    with house.service.database.reading() as connection:
        known = house.service.stores.classes.read(connection, offered.class_id)
    assert known is not None
    plan = offered.plan
    assert (known.mode, known.status, known.price) == ("offline", "published", plan.price)
    assert (known.declared_seats, known.held, known.reason) == (plan.seats, 0, None)
    assert known.registration_opens == plan.registration_opens
    assert known.registration_closes == plan.registration_closes
    assert [tuple(m) for m in known.meetings] == [(m.starts_at, m.ends_at) for m in plan.meetings]


def test_seats_that_were_added_can_be_had(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower, seats=1)
    house.enrolled(house.award(), offered.class_id)
    late = house.award()
    assert code(house.enrol(late, offered.class_id)) == (409, "class-full")
    catalogue.tell(("changed", changed(offered, seats=3)))
    follower.catch_up()
    assert house.enrol(late, offered.class_id).status_code == 201
    told = seats(house, offered.class_id)
    assert (told["seats"], told["held"], told["seats_left"]) == (3, 2, 1)


def test_lowering_the_seats_below_those_held_evicts_nobody_and_lets_nobody_in(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower, seats=3)
    taken = [house.enrolled(card, offered.class_id) for card in house.award_many(2)]
    catalogue.tell(("changed", changed(offered, seats=1)))
    follower.catch_up()
    told = seats(house, offered.class_id)
    assert (told["declared_seats"], told["seats"], told["held"], told["seats_left"]) == (1, 2, 2, 0)
    assert code(house.enrol(house.award(), offered.class_id)) == (409, "class-full")
    house.cancel(taken[0]["id"], "operator")
    assert code(house.enrol(house.award(), offered.class_id)) == (409, "class-full")
    house.cancel(taken[1]["id"], "operator")
    assert house.enrol(house.award(), offered.class_id).status_code == 201
    assert house.differences() == []


@pytest.mark.parametrize(
    ("verb", "status"), [("closed", ClassStatus.CLOSED), ("cancelled", ClassStatus.CANCELLED)]
)
def test_a_class_that_is_closed_or_cancelled_takes_nobody_more_and_keeps_who_is_in_it(
    house: House, catalogue: Catalogue, follower: Follower, verb: str, status: ClassStatus
) -> None:
    offered = copied(catalogue, follower)
    card = house.award()
    taken = house.enrolled(card, offered.class_id)
    catalogue.tell((verb, replace(offered, status=status, reason="Tidak cukup peserta")))
    follower.catch_up()
    refused = house.enrol(house.award(), offered.class_id)
    assert code(refused) == (409, "registration-closed")
    assert ("called off" in document(refused, 409)["detail"]) is (verb == "cancelled")
    told = seats(house, offered.class_id)
    assert (told["status"], told["held"], told["seats_left"]) == (status.value, 1, 0)
    with house.service.database.reading() as connection:
        known = house.service.stores.classes.read(connection, offered.class_id)
    assert known is not None
    assert known.reason == "Tidak cukup peserta"
    assert house.cancel(taken["id"], "holder", card=card.card_ref).status_code == 200


def test_a_class_that_was_called_off_is_left_with_seat_money_and_time_and_never_begun(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower)
    card = house.award()
    known = {"card": card.card_ref}
    first = document(house.get("/cards/me", "holder", **known))
    taken = house.enrolled(card, offered.class_id)
    catalogue.tell(("cancelled", replace(offered, status=ClassStatus.CANCELLED, reason="Banjir")))
    follower.catch_up()
    refused = house.redeem(taken["id"], taken["redeem_code"], "holder", **known)
    assert code(refused) == (409, "state-conflict")
    assert document(refused, 409)["state"] == "cancelled"
    timeline = document(house.get(f"/enrolments/{taken['id']}/timeline", "holder", **known))
    assert timeline["next"] == {
        "action": "cancellation",
        "actor": "system",
        "due_at": None,
        "overdue": False,
    }
    assert house.cancel(taken["id"], "holder", **known).status_code == 200
    last = document(house.get("/cards/me", "holder", **known))
    assert (last["balance"], last["status"]) == (first["balance"], "awarded")
    assert last["deadline"] >= first["deadline"], "on the day of the purchase it is the same"
    assert seats(house, offered.class_id)["held"] == 0
    assert house.differences() == []


def test_a_price_that_changed_is_told_to_who_expects_the_old_one(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower)
    catalogue.tell(("changed", changed(offered, price=650_000)))
    follower.catch_up()
    refused = house.enrol(house.award(), offered.class_id)
    assert document(refused, 409)["price"] == 650_000


def test_of_many_changes_read_at_once_the_last_one_stands(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    one, other = class_on_offer(), class_on_offer()
    catalogue.tell(
        ("published", one),
        ("published", other),
        ("changed", changed(one, seats=5)),
        ("changed", changed(other, seats=9)),
        ("changed", changed(one, seats=7)),
    )
    assert follower.catch_up() == 5
    assert seats(house, one.class_id)["seats"] == 7
    assert seats(house, other.class_id)["seats"] == 9


def test_what_is_no_matter_of_enrolment_is_passed_over(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    catalogue.append(
        [
            Happening(EntryKind.PROVIDER_APPLIED, {"name": "BLK"}, provider_id=new_id()),
            Happening(
                EntryKind.COURSE_PUBLISHED,
                {"title": "Las"},
                provider_id=new_id(),
                course_id=new_id(),
            ),
        ]
    )
    assert follower.catch_up() == 2
    assert house.tables()["training_class"] == []
    assert follower.catch_up() == 0


def test_reading_the_same_entries_again_changes_nothing(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = class_on_offer()
    catalogue.tell(("published", offered), ("changed", changed(offered, seats=5)))
    follower.catch_up()
    house.enrolled(house.award(), offered.class_id)
    before = house.tables()["training_class"]
    house.service.transactions.run(lambda c: c.execute(sa.delete(FOLLOWER_STATE)))
    assert follower.catch_up() == 2
    assert house.tables()["training_class"] == before


def test_holders_enrol_while_the_catalogue_is_away(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower)
    catalogue.go_away()
    with pytest.raises(requests.ConnectionError):
        follower.catch_up()
    assert house.enrol(house.award(), offered.class_id).status_code == 201
    catalogue.come_back()
    catalogue.tell(("changed", changed(offered, seats=4)))
    assert follower.catch_up() == 1
    assert seats(house, offered.class_id)["held"] == 1


def test_a_class_that_nobody_published_is_not_found_while_the_catalogue_is_known(
    house: House, follower: Follower
) -> None:
    card = house.award()
    follower.catch_up()
    for class_id in (random_reference(), LONG_AGO, IN_A_THOUSAND_YEARS):
        answer = house.enrol(card, class_id)
        assert code(answer) == (404, "class-not-found")
        assert "Retry-After" not in answer.headers


def test_a_class_that_was_made_since_the_catalogue_was_read_may_yet_come(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    card = house.award()
    follower.catch_up()
    offered = class_on_offer()
    catalogue.tell(("published", offered))
    assert code(house.enrol(card, offered.class_id)) == (503, "catalogue-lagging")
    follower.catch_up()
    assert house.enrol(card, offered.class_id).status_code == 201


@pytest.mark.parametrize("ago", [None, timedelta(seconds=11), DAY])
def test_a_class_may_exist_that_is_not_known_here_while_the_catalogue_is_behind(
    house: House, ago: timedelta | None
) -> None:
    if ago is not None:
        house.catalogue_was_read(ago=ago)
    card = house.award()
    before = house.tables()
    answer = house.enrol(card, new_id())
    assert code(answer) == (503, "catalogue-lagging")
    assert int(answer.headers["Retry-After"]) >= 1
    assert house.tables() == before


def test_a_known_class_is_enrolled_in_however_far_behind_the_catalogue_is(house: House) -> None:
    house.catalogue_was_read(ago=DAY)
    assert house.enrol(house.award(), house.put_class()).status_code == 201


class LostHalfway(ServiceClient):
    """The catalogue answers once, and is gone."""

    asked = 0

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        self.asked += 1
        if self.asked > 1:
            raise requests.ConnectionError
        return super().get_json(*arguments, **options)


def test_a_catalogue_read_in_part_is_not_taken_for_the_whole(
    house: House, catalogue: Catalogue
) -> None:
    first, last = class_on_offer(), class_on_offer()
    changes = [("changed", changed(first, seats=n)) for n in range(3, 503)]
    catalogue.tell(("published", first), *changes, ("published", last))
    with pytest.raises(requests.ConnectionError):
        follower_of(house, LostHalfway(catalogue.address)).catch_up()
    card = house.award()
    assert code(house.enrol(card, last.class_id)) == (503, "catalogue-lagging")
    follower_of(house, catalogue.client).catch_up()
    assert house.enrol(card, last.class_id).status_code == 201


def test_a_catalogue_that_was_replaced_is_noticed_and_nothing_is_overwritten(
    house: House, catalogue: Catalogue, follower: Follower, restored: Catalogue
) -> None:
    offered = copied(catalogue, follower)
    house.enrolled(house.award(), offered.class_id)
    before = house.tables()
    restored.tell(("published", changed(offered, seats=1, price=1)))
    with pytest.raises(SourceDiverged):
        follower_of(house, restored.client).catch_up()
    assert house.tables() == before


def test_a_class_is_enrolled_in_while_its_changes_come_in(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered = copied(catalogue, follower, seats=1)
    taken = 0
    for number, card in enumerate(house.award_many(6), start=1):
        catalogue.tell(("changed", changed(offered, seats=number)))
        follower.catch_up()
        taken += house.enrol(card, offered.class_id).status_code == 201
    assert taken == 6
    assert seats(house, offered.class_id)["held"] == 6
    assert house.differences() == []


def test_a_worker_whose_clock_is_wrong_makes_nobody_wait_for_the_catalogue(
    house: House, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now() + timedelta(hours=1)
    monkeypatch.setattr(Database, "now", lambda *_: now)
    card = house.award()
    follower.catch_up()
    assert code(house.enrol(card, LONG_AGO)) == (404, "class-not-found")
    now += timedelta(minutes=1)
    assert code(house.enrol(card, LONG_AGO)) == (503, "catalogue-lagging")
