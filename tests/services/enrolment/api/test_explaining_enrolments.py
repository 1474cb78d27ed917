"""Enrolments explained: by what was known when they were made, whatever came later."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from services.enrolment.storage import rules
from services.enrolment.storage.tables.programme import CARD
from tests.chassis.problem_documents import code
from tests.services.enrolment.exclusions import case_about, decide
from tests.services.enrolment.explaining import (
    BALANCE,
    check,
    explain,
    explained,
    let_rules_hold,
    refusals,
)
from tests.services.enrolment.house import DAY, PRICE, House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught, held, taught


def let_time_pass(house: House, card: HeldCard, by: timedelta) -> None:
    """Let a card have been awarded so much earlier."""
    with house.service.database.writing() as connection:
        mine = CARD.c.card_ref == card.card_ref
        row = connection.execute(sa.select(CARD.c.awarded_at, CARD.c.deadline).where(mine)).one()
        values = {"awarded_at": row.awarded_at - by, "deadline": row.deadline - by}
        connection.execute(sa.update(CARD).where(mine).values(**values))
        connection.commit()


def test_an_earlier_version_would_have_given_the_card_longer_and_less(house: House) -> None:
    """The first purchase: 15 days now, 30 before; the balance Rp3,500,000 now, Rp1,000,000 before."""
    card, class_id = house.award(), house.put_class(price=1_000_001)
    let_time_pass(house, card, 20 * DAY)
    now = explained(house, {"class_id": class_id}, "holder", card=card.card_ref)
    assert refusals(now) == ["card-not-usable"]
    earlier = {"class_id": class_id, "version": "2020-04"}
    then = explained(house, earlier, "holder", card=card.card_ref)
    assert then["version"] == "2020-04"
    assert refusals(then) == ["insufficient-balance"]
    assert check(then, "balance-covers-price")["compared"]["balance"] == 1_000_000


def test_an_enrolment_is_explained_by_what_was_known_when_it_was_made(house: House) -> None:
    card = house.award()
    dear, cheap = house.put_class(price=2_000_000), house.put_class(price=1_200_000)
    first = house.enrolled(card, dear, price=2_000_000)
    house.cancel(first["id"], "operator")
    second = house.enrolled(card, cheap, price=1_200_000)
    house.put_class(cheap, price=9_000_000, declared_seats=1)
    for enrolment, price in ((first, 2_000_000), (second, 1_200_000)):
        body = {"enrolment_id": enrolment["id"]}
        told = explained(house, body, "holder", card=card.card_ref)
        assert (told["version"], told["refused_by"]) == ("2023-01", None)
        compared = check(told, "balance-covers-price")["compared"]
        assert compared == {"balance": BALANCE, "price": price}
        assert check(told, "running-trainings")["compared"] == {"running": 0, "most": 1}
        then = explained(house, {**body, "version": "2020-04"}, "operator")
        assert refusals(then) == ["insufficient-balance"]


def test_an_enrolment_that_was_made_before_the_card_was_barred_is_explained_as_of_then(
    house: House,
) -> None:
    card, class_id = house.award(), house.put_class()
    taken = house.enrolled(card, class_id)
    document(decide(house, case_about(house, card), "upheld"))
    told = explained(house, {"enrolment_id": taken["id"]})
    assert (told["refused_by"], refusals(told)) == (None, [])
    usable = check(told, "card-usable")["compared"]
    assert usable["card_state"] == "awarded"
    assert usable["deadline"] is not None
    now = explained(house, {"class_id": house.put_class(), "card_number": card.card_number})
    assert check(now, "card-usable")["compared"]["card_state"] == "barred"


def test_an_enrolment_is_explained_by_the_reviews_that_were_owed_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_rules_hold(house, review_before_next=False)
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    first = taught(house)
    first.came()
    document(first.judge())
    second = {"enrolment_id": house.enrolled(first.cards[0], house.put_class())["id"]}
    document(first.review(), 201)
    told = explained(house, second)
    assert refusals(told) == []
    assert check(told, "review-given")["compared"] == {
        "reviews_owed": 1,
        "review_before_next": False,
    }
    assert check(told, "running-trainings")["compared"]["running"] == 0
    assert check(told, "waiting-time-over")["compared"]["open_again_at"] is None
    assert refusals(explained(house, {**second, "version": "2023-01"})) == ["review-owed"]


def test_an_enrolment_is_explained_by_the_waiting_time_of_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one did not wait for anything; the second waited until an operator opened the card."""
    let_rules_hold(house, wait_after_unfinished_days=30)
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    of = taught(house)
    of.record(of.item(present=False))
    document(of.judge())
    [first] = of.enrolments
    document(house.post(f"/enrolments/{first}/opening", {"reason": "Sakit"}, "operator"))
    again = taught_again(of)
    [second] = again.enrolments
    again.record(again.item(present=False))
    document(again.judge())
    told = [
        check(explained(house, {"enrolment_id": each}), "waiting-time-over")
        for each in (first, second)
    ]
    assert all(each["holds"] for each in told)
    assert told[0]["compared"]["open_again_at"] is None
    waited = told[1]["compared"]
    assert waited["open_again_at"] is not None
    assert waited["open_again_at"] <= waited["at"]


def test_a_review_that_was_written_before_is_owed_no_longer(house: House) -> None:
    of = taught(house).completed()
    second = house.enrolled(of.cards[0], house.put_class())
    told = explained(house, {"enrolment_id": second["id"]})
    assert check(told, "review-given")["compared"]["reviews_owed"] == 0


def taught_again(of: Taught) -> Taught:
    """Let somebody take part in another class of the provider, which is over by now."""
    house, card, class_id = of.house, of.cards[0], new_id()
    house.put_class(class_id, provider_id=of.provider_id)
    taken = house.enrolled(card, class_id)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    house.put_class(class_id, provider_id=of.provider_id, **held())
    return Taught(house, class_id, of.provider_id, [card], [taken["id"]])


def test_an_enrolment_of_others_is_as_if_it_were_not_there(shared_house: House) -> None:
    card, other = shared_house.award_many(2)
    taken = shared_house.enrolled(card, shared_house.put_class())
    absent = explain(shared_house, {"enrolment_id": new_id()}, "holder", card=other.card_ref)
    for role, claims in (
        ("holder", {"card": other.card_ref}),
        ("officer", {"region": "32"}),
    ):
        answer = explain(shared_house, {"enrolment_id": taken["id"]}, role, **claims)
        assert code(answer) == code(absent) == (404, "not-found")


def test_what_is_compared_in_an_enrolment_costs_no_entry(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    before = shared_house.tables()
    told = explained(shared_house, {"enrolment_id": taken["id"]}, "auditor")
    assert check(told, "balance-covers-price")["compared"]["price"] == PRICE
    assert shared_house.tables() == before


def test_without_a_wish_a_card_is_judged_as_it_stands_also_under_later_rules(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The balance is that of its award, and the verdict that of enrolling."""
    card, class_id = house.award(), house.put_class(price=BALANCE - 1)
    let_rules_hold(house, training_balance=BALANCE + 1_000_000, first_purchase_days=1)
    let_time_pass(house, card, 3 * DAY)
    told = explained(house, {"class_id": class_id}, "holder", card=card.card_ref)
    assert (told["version"], told["refused_by"]) == ("2099-01", None)
    assert check(told, "balance-covers-price")["compared"]["balance"] == BALANCE
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    taken = house.enrolled(card, class_id, price=BALANCE - 1)
    told = explained(house, {"enrolment_id": taken["id"]}, "operator")
    assert (told["version"], told["refused_by"]) == ("2099-01", None)
    assert check(told, "balance-covers-price")["compared"]["balance"] == BALANCE
