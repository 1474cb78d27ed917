"""Offers of a seat: to whom, until when, and what may be accepted."""

from __future__ import annotations

from datetime import timedelta

from chassis.clock import read_instant, utc_now
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.waiting_lists.steps import (
    accept,
    full_class,
    give_back,
    let_run_out,
    move_class,
    refuse,
    seats,
    shown,
    timeline,
)
from tests.services.enrolment.house import PRICE, House, document


def test_who_waits_for_a_seat_that_comes_free_is_offered_it_and_accepts(house: House) -> None:
    class_id, (first,) = full_class(house)
    card, other = house.award_many(2)
    place = house.waits(card, class_id)
    assert (place["place_in_line"], place["price"]) == (1, PRICE)
    assert "redeem_code" not in place
    assert "balance" not in place
    assert house.waits(other, class_id)["place_in_line"] == 2
    assert seats(house, class_id) == (1, 0, 2, 0)
    assert house.serve_lists() == 0
    give_back(house, first)
    assert seats(house, class_id) == (0, 0, 2, 0)  # it is for who waits
    assert code(house.enrol(house.award(), class_id)) == (409, "class-full")
    assert house.serve_lists() == 1
    assert seats(house, class_id) == (0, 1, 1, 0)
    told = shown(house, place, card)
    assert told["status"] == "offered"
    assert "place_in_line" not in told
    stands = read_instant(told["offer_expires_at"]) - utc_now()
    assert timedelta(hours=23) < stands <= timedelta(hours=24)
    taken = document(accept(house, place, card), 201)
    assert (taken["id"], taken["status"]) == (place["id"], "confirmed")
    assert taken["balance"] == 3_500_000 - PRICE
    assert seats(house, class_id) == (1, 0, 1, 0)
    assert shown(house, place, card)["redeem_code"] == taken["redeem_code"]
    told = timeline(house, place, card)
    assert [each["kind"] for each in told["events"]] == [
        "enrolment-waitlisted",
        "enrolment-offered",
        "enrolment-confirmed",
    ]
    assert told["next"]["action"] == "redemption"
    assert house.differences() == []


def test_what_is_refused_goes_to_the_next_and_never_comes_back(house: House) -> None:
    class_id, (first,) = full_class(house)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    give_back(house, first)
    house.serve_lists()
    answer = document(refuse(house, places[0], cards[0]))
    assert (answer["status"], answer["refunded"]) == ("released", 0)
    assert seats(house, class_id) == (0, 0, 1, 0)
    house.serve_lists()
    assert shown(house, places[1], cards[1])["status"] == "offered"
    assert code(accept(house, places[0], cards[0])) == (409, "offer-over")
    assert code(refuse(house, places[0], cards[0])) == (409, "offer-over")
    again = house.waits(cards[0], class_id)
    assert again["id"] != places[0]["id"]
    assert again["place_in_line"] == 1
    assert house.differences() == []


def test_an_offer_that_nobody_accepts_runs_out_and_goes_to_the_next(house: House) -> None:
    class_id, (first,) = full_class(house)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    give_back(house, first)
    house.serve_lists()
    let_run_out(house, places[0])
    assert code(accept(house, places[0], cards[0])) == (409, "offer-over")
    assert house.serve_lists() == 2
    assert shown(house, places[0], cards[0])["status"] == "released"
    assert shown(house, places[1], cards[1])["status"] == "offered"
    assert seats(house, class_id) == (0, 1, 0, 0)
    released = [e for e in house.entries() if e["kind"] == "enrolment-released"]
    assert [(e["body"]["released"], e["role"]) for e in released] == [("timed-out", "system")]
    assert house.differences() == []


def test_more_seats_are_offered_to_as_many_and_fewer_evict_nobody(house: House) -> None:
    class_id, _ = full_class(house)
    cards = house.award_many(4)
    places = [house.waits(card, class_id) for card in cards]
    values = house.class_values(declared_seats=3)
    house.put_class(class_id, **values)
    assert house.serve_lists() == 2
    assert [shown(house, p, c)["status"] for p, c in zip(places, cards, strict=True)] == [
        *["offered"] * 2,
        *["waitlisted"] * 2,
    ]
    house.put_class(class_id, **{**values, "declared_seats": 1})
    document(accept(house, places[0], cards[0]), 201)
    document(refuse(house, places[1], cards[1]))
    assert house.serve_lists() == 0
    assert seats(house, class_id) == (2, 0, 2, 0)
    assert house.differences() == []


def test_the_rules_of_the_card_are_judged_when_the_seat_is_accepted(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    elsewhere = house.enrolled(card, house.put_class())
    place = house.waits(card, class_id)
    give_back(house, first)
    house.serve_lists()
    before = house.tables()
    assert code(accept(house, place, card)) == (409, "enrolment-in-progress")
    assert house.tables() == before
    document(house.cancel(elsewhere["id"], "holder", card=card.card_ref))
    document(accept(house, place, card), 201)
    assert house.differences() == []


def test_another_price_is_accepted_only_by_who_was_shown_it(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    place = house.waits(card, class_id)
    move_class(house, class_id, price=PRICE + 1)
    give_back(house, first)
    house.serve_lists()
    assert code(accept(house, place, card)) == (409, "price-changed")
    taken = document(accept(house, place, card, body={"expected_price": PRICE + 1}), 201)
    assert taken["price"] == PRICE + 1
    assert house.differences() == []


def test_nothing_can_be_accepted_that_is_not_offered_or_is_anothers(house: House) -> None:
    class_id, _ = full_class(house)
    cards = house.award_many(2)
    place = house.waits(cards[0], class_id)
    before = house.tables()
    assert code(accept(house, place, cards[0])) == (409, "offer-over")
    assert code(refuse(house, place, cards[0])) == (409, "offer-over")
    assert code(accept(house, place, cards[1])) == (404, "not-found")
    assert code(refuse(house, place, cards[1])) == (404, "not-found")
    assert house.tables() == before


def test_who_is_offered_a_seat_takes_that_one_and_no_other_beside_it(house: House) -> None:
    class_id, enrolments = full_class(house, seats=2)
    card = house.award()
    place = house.waits(card, class_id)
    for enrolment in enrolments:
        give_back(house, enrolment)
    house.serve_lists()
    assert seats(house, class_id) == (0, 1, 0, 1)
    assert code(house.enrol(card, class_id)) == (409, "already-waiting")
    house.enrolled(house.award(), class_id)
    document(accept(house, place, card), 201)
    assert seats(house, class_id) == (2, 0, 0, 0)
    assert house.differences() == []


def test_the_same_key_accepts_once(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    place = house.waits(card, class_id, key="waiting-1")
    assert house.waits(card, class_id, key="waiting-1") == place
    give_back(house, first)
    house.serve_lists()
    answers = [accept(house, place, card, key="acceptance-1") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert seats(house, class_id) == (1, 0, 0, 0)
    assert house.differences() == []
