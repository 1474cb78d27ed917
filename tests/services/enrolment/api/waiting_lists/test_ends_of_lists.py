"""When waiting lists end, stand still or pass somebody over."""

from __future__ import annotations

from chassis.clock import utc_now
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
)
from tests.services.enrolment.house import House, document


def test_a_seat_that_nobody_waits_for_any_more_is_anybodys_again(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    place = house.waits(card, class_id)
    give_back(house, first)
    house.serve_lists()
    document(refuse(house, place, card))
    assert seats(house, class_id) == (0, 0, 0, 1)
    house.enrolled(house.award(), class_id)
    assert house.differences() == []


def test_a_class_that_is_called_off_ends_its_list_with_its_offers(house: House) -> None:
    class_id, (first,) = full_class(house)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    give_back(house, first)
    house.serve_lists()
    move_class(house, class_id, status="cancelled", reason="Pelatih sakit")
    assert house.serve_lists() == 2
    assert [shown(house, p, c)["status"] for p, c in zip(places, cards, strict=True)] == [
        "released"
    ] * 2
    assert seats(house, class_id) == (0, 0, 0, 0)
    assert house.differences() == []


def test_when_registration_closes_the_list_ends_and_an_offer_stands_its_time(house: House) -> None:
    class_id, (first,) = full_class(house)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    give_back(house, first)
    house.serve_lists()
    move_class(house, class_id, registration_closes=utc_now())
    assert house.serve_lists() == 1
    assert shown(house, places[1], cards[1])["status"] == "released"
    document(accept(house, places[0], cards[0]), 201)
    assert house.serve_lists() == 0
    assert house.differences() == []


def test_nobody_is_offered_anything_while_the_provider_is_suspended(house: House) -> None:
    values = house.class_values(declared_seats=1)
    class_id = house.put_class(**values)
    first = house.enrolled(house.award(), class_id)
    card = house.award()
    place = house.waits(card, class_id)
    house.suspend(values["provider_id"])
    give_back(house, first)
    assert house.serve_lists() == 0
    house.suspend(values["provider_id"], suspended=False)
    assert house.serve_lists() == 1
    assert shown(house, place, card)["status"] == "offered"


def test_in_a_pause_nobody_is_offered_anything_and_no_offer_runs_out(house: House) -> None:
    class_id, enrolments = full_class(house, seats=2)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    give_back(house, enrolments[0])
    house.serve_lists()
    body = {"what": "enrolments", "message": "Pemeliharaan"}
    pause = document(house.post("/pauses", body, "operator"), 201)
    give_back(house, enrolments[1])
    let_run_out(house, places[0])
    assert code(accept(house, places[0], cards[0])) == (409, "offer-over")
    assert house.serve_lists() == 1  # it had run out before the pause began
    assert shown(house, places[1], cards[1])["status"] == "waitlisted"
    document(house.post(f"/pauses/{pause['id']}/end", {"reason": "Selesai"}, "operator"))
    assert house.serve_lists() == 1
    assert shown(house, places[1], cards[1])["status"] == "offered"
    assert house.differences() == []


def test_a_card_that_has_ended_is_passed_over(house: House) -> None:
    class_id, (first,) = full_class(house)
    cards = house.award_many(2)
    places = [house.waits(card, class_id) for card in cards]
    body = {"card_number": cards[0].card_number, "case_number": "K-1", "reason": "Data tidak benar"}
    document(house.post("/cards/revocation", body, "operator"))
    give_back(house, first)
    assert house.serve_lists() == 2
    assert shown(house, places[1], cards[1])["status"] == "offered"
    released = [e for e in house.entries() if e["kind"] == "enrolment-released"]
    assert [e["body"]["released"] for e in released] == ["card-ended"]
    assert house.differences() == []
