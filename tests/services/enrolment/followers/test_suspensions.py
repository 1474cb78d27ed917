"""Enrolment knows which providers are suspended by following the catalogue's journal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.follower import Follower
from chassis.identifiers import new_id
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.enrolment.worker import settle_called_off_classes
from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.followers.catalogue import REASON, Catalogue
from tests.services.enrolment.followers.following import again, follower_of, published, seats
from tests.services.enrolment.house import House, document


@pytest.fixture
def follower(house: House, catalogue: Catalogue) -> Follower:
    """Enrolment's follower of it."""
    return follower_of(house, catalogue.client)


@pytest.fixture
def offered(catalogue: Catalogue, follower: Follower) -> TrainingClass:
    """A class with seats, known here."""
    [offered] = published(catalogue, 1, seats=9)
    catalogue.decide("approved", offered.provider_id)
    follower.catch_up()
    return offered


def suspend(catalogue: Catalogue, follower: Follower, offered: TrainingClass) -> None:
    catalogue.decide("suspended", offered.provider_id)
    follower.catch_up()


def test_classes_of_a_suspended_provider_take_nobody_else_until_that_is_lifted(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    card, [elsewhere] = house.award(), published(catalogue, 1)
    suspend(catalogue, follower, offered)
    refused = house.enrol(card, offered.class_id, key="the-same-key")
    assert code(refused) == (409, "provider-suspended")
    assert "another provider" in problem(refused)["detail"]
    assert REASON not in refused.text
    house.enrolled(house.award(), elsewhere.class_id)
    catalogue.decide("approved", offered.provider_id)
    follower.catch_up()
    house.enrolled(card, offered.class_id, key="the-same-key")
    assert house.differences() == []


def test_a_class_that_is_published_or_enlarged_under_a_suspension_takes_nobody_either(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    suspend(catalogue, follower, offered)
    later = replace(offered, class_id=new_id())
    bigger = replace(offered, plan=replace(offered.plan, seats=50))
    catalogue.tell(("published", later), ("changed", bigger))
    follower.catch_up()
    for training_class in (later, bigger):
        refused = house.enrol(house.award(), training_class.class_id)
        assert code(refused) == (409, "provider-suspended")


def test_who_is_in_a_class_keeps_seat_money_and_rights(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    first, second = house.award_many(2)
    staying, leaving = (house.enrolled(card, offered.class_id) for card in (first, second))
    before = document(house.get("/cards/me", "holder", card=first.card_ref))
    suspend(catalogue, follower, offered)
    assert document(house.get("/cards/me", "holder", card=first.card_ref)) == before
    assert settle_called_off_classes(house.service.stores, house.service.transactions) == 0
    told = document(
        house.get(f"/enrolments/{staying['id']}/timeline", "holder", card=first.card_ref)
    )
    assert told["next"]["action"] == "redemption"
    staff = {"provider": offered.provider_id}
    roster = document(house.get(f"/classes/{offered.class_id}/roster", "provider", **staff))
    assert len(roster["items"]) == 2
    assert document(house.redeem(staying["id"], staying["redeem_code"], "provider", **staff))
    left = document(house.cancel(leaving["id"], "holder", card=second.card_ref))
    assert left["refunded"] == offered.plan.price
    again_in = house.enrol(first, offered.class_id)
    assert code(again_in) == (409, "already-enrolled")
    assert house.differences() == []


def test_the_exact_seats_say_that_none_can_be_had(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    house.enrolled(house.award(), offered.class_id)
    told = seats(house, offered.class_id)
    assert (told["seats_left"], told["provider_suspended"]) == (8, False)
    suspend(catalogue, follower, offered)
    told = seats(house, offered.class_id)
    assert (told["seats_left"], told["provider_suspended"]) == (0, True)
    assert (told["status"], told["seats"], told["held"]) == ("published", 9, 1)


def test_a_class_can_be_called_off_while_its_provider_is_suspended(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    house.enrolled(house.award(), offered.class_id)
    suspend(catalogue, follower, offered)
    catalogue.tell(("cancelled", replace(offered, status=ClassStatus.CANCELLED, reason="Tutup")))
    follower.catch_up()
    service = house.service
    assert settle_called_off_classes(service.stores, service.transactions) == 1
    assert seats(house, offered.class_id)["held"] == 0
    assert house.differences() == []


def test_each_change_is_journaled_once_without_the_operators_words(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    suspend(catalogue, follower, offered)
    catalogue.decide("suspended", offered.provider_id)
    catalogue.decide("approved", offered.provider_id, new_id())
    catalogue.decide("suspended", offered.provider_id)
    follower.catch_up()
    catalogue.decide("approved", offered.provider_id)
    follower.catch_up()
    told = [entry for entry in house.entries() if "suspension" in entry["kind"]]
    assert [entry["kind"] for entry in told] == ["suspension-begun", "suspension-ended"]
    assert {entry["provider_id"] for entry in told} == {offered.provider_id}
    assert [entry["body"]["catalogue_position"] for entry in told] == [3, 8]
    assert (told[0]["actor"], told[0]["region"]) == ("enrolment-worker", "17.71")
    assert REASON not in str(told)


def test_a_provider_with_many_classes_is_suspended_by_one_row(
    house: House, catalogue: Catalogue, follower: Follower, offered: TrainingClass
) -> None:
    for _ in range(3):
        house.put_class(provider_id=offered.provider_id)
    before = house.tables()["training_class"]
    suspend(catalogue, follower, offered)
    assert house.tables()["training_class"] == before
    assert len(house.tables()["suspension"]) == 1


@pytest.mark.parametrize("state", ["suspended", "approved"])
def test_after_a_restore_the_catalogue_is_taken_at_its_word(
    house: House,
    catalogue: Catalogue,
    follower: Follower,
    restored: Catalogue,
    offered: TrainingClass,
    state: str,
) -> None:
    """The restored journal knows the suspension, or it does not; what it says last is so."""
    other = "approved" if state == "suspended" else "suspended"
    catalogue.decide(other, offered.provider_id)
    follower.catch_up()
    restored.decide(other, offered.provider_id)
    restored.decide(state, offered.provider_id)
    restored.tell(("published", offered))
    again(house, restored.client).run()
    taken = house.enrol(house.award(), offered.class_id)
    assert taken.status_code == (409 if state == "suspended" else 201)
    assert house.differences() == []
    follower_of(house, restored.client).catch_up()


def test_a_provider_that_the_restored_catalogue_does_not_know_is_not_suspended_any_more(
    house: House,
    catalogue: Catalogue,
    follower: Follower,
    restored: Catalogue,
    offered: TrainingClass,
) -> None:
    suspend(catalogue, follower, offered)
    published(restored, 1)
    again(house, restored.client).run()
    assert seats(house, offered.class_id)["provider_suspended"] is False
    refused = house.enrol(house.award(), offered.class_id)
    assert code(refused) == (409, "registration-closed")
    assert "suspension-ended" in [entry["kind"] for entry in house.entries()]
    assert house.differences() == []
