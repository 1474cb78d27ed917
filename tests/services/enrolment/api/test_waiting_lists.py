"""Waiting lists: who joins, who is offered a seat, and what becomes of the offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.clock import read_instant, utc_now
from services.enrolment.storage.tables.seats import PLACE, TRAINING_CLASS
from tests.chassis.problem_documents import code
from tests.services.enrolment.house import DAY, PRICE, House, document
from tests.services.enrolment.people import HeldCard

P, T = PLACE.c, TRAINING_CLASS.c


def full_class(house: House, *, seats: int = 1, **changes: Any) -> tuple[str, list[dict[str, Any]]]:
    """Put a class, let its seats be taken, and return its id and the enrolments."""
    class_id = house.put_class(declared_seats=seats, **changes)
    return class_id, [house.enrolled(card, class_id) for card in house.award_many(seats)]


def give_back(house: House, enrolment: dict[str, Any]) -> None:
    document(house.cancel(enrolment["id"], "operator"))


def seats(house: House, class_id: str) -> tuple[int, int, int, int]:
    """Return how many are held, offered, waited for, and left for anybody."""
    told = document(house.get(f"/classes/{class_id}/availability"))
    return told["held"], told["offered"], told["waiting"], told["seats_left"]


def shown(house: House, place: dict[str, Any], card: HeldCard) -> dict[str, Any]:
    path = f"/enrolments/{place['id']}"
    told: dict[str, Any] = document(house.get(path, "holder", card=card.card_ref))
    return told


def accept(house: House, place: dict[str, Any], card: HeldCard, **options: Any) -> TestResponse:
    body = options.pop("body", {})
    path = f"/enrolments/{place['id']}/acceptance"
    return house.post(path, body, "holder", card=card.card_ref, **options)


def refuse(house: House, place: dict[str, Any], card: HeldCard) -> TestResponse:
    path = f"/enrolments/{place['id']}/refusal"
    return house.post(path, {"reason": "Sudah bekerja"}, "holder", card=card.card_ref)


def let_run_out(house: House, place: dict[str, Any]) -> None:
    """Let an offer be of two days ago."""
    past = utc_now() - 2 * DAY

    def move(connection: sa.Connection) -> None:
        connection.execute(
            sa.update(PLACE)
            .where(P.enrolment_id == place["id"])
            .values(offered_at=past, offer_expires_at=past + DAY)
        )

    house.service.transactions.run(move)


def move_class(house: House, class_id: str, **values: Any) -> None:
    house.service.transactions.run(
        lambda connection: connection.execute(
            sa.update(TRAINING_CLASS).where(T.class_id == class_id).values(**values)
        )
    )


def timeline(house: House, place: dict[str, Any], card: HeldCard) -> dict[str, Any]:
    path = f"/enrolments/{place['id']}/timeline"
    told: dict[str, Any] = document(house.get(path, "holder", card=card.card_ref))
    return told


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


def test_a_timeline_tells_what_is_waited_for(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    place = house.waits(card, class_id)
    told = timeline(house, place, card)
    assert told["status"] == "waitlisted"
    assert told["next"] == {"action": "offer", "actor": "system", "due_at": None, "overdue": False}
    give_back(house, first)
    house.serve_lists()
    told = timeline(house, place, card)
    assert (told["next"]["action"], told["next"]["actor"]) == ("acceptance", "holder")
    assert told["next"]["due_at"] == shown(house, place, card)["offer_expires_at"]
    document(refuse(house, place, card))
    told = timeline(house, place, card)
    assert (told["status"], told["next"]) == ("released", None)
    assert told["events"][-1]["reason"] == "Sudah bekerja"


def test_a_seat_that_is_free_is_taken_at_once_by_who_would_have_waited(house: House) -> None:
    class_id = house.put_class(declared_seats=2)
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    card = house.award()
    taken = document(house.post("/enrolments", body, "holder", card=card.card_ref), 201)
    assert taken["status"] == "confirmed"
    assert seats(house, class_id) == (1, 0, 0, 1)


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


def test_a_place_is_left_at_any_time_by_its_holder_or_the_operator_alone(house: House) -> None:
    class_id, _ = full_class(house)
    cards = house.award_many(3)
    places = [house.waits(card, class_id) for card in cards]
    provider = house.class_values()["provider_id"]
    left = document(house.cancel(places[0]["id"], "holder", card=cards[0].card_ref))
    assert (left["status"], left["refunded"]) == ("released", 0)
    assert code(house.cancel(places[1]["id"], "holder", card=cards[2].card_ref)) == (
        404,
        "not-found",
    )
    assert code(house.cancel(places[1]["id"], "provider", provider=provider)) == (404, "not-found")
    document(house.cancel(places[1]["id"], "operator"))
    assert code(house.cancel(places[1]["id"], "operator")) == (409, "cancellation-closed")
    assert shown(house, places[2], cards[2])["place_in_line"] == 1
    assert house.differences() == []


def test_a_card_stands_once_in_a_list_and_in_three_at_most(house: House) -> None:
    card = house.award()
    classes = [full_class(house)[0] for _ in range(4)]
    for class_id in classes[:3]:
        house.waits(card, class_id)
    before = house.tables()
    for class_id, refusal in (
        (classes[0], "already-waiting"),
        (classes[3], "too-many-waiting-lists"),
    ):
        body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
        answer = house.post("/enrolments", body, "holder", card=card.card_ref)
        assert code(answer) == (409, refusal)
    assert house.tables() == before


def test_who_has_the_seat_already_cannot_wait_for_it(house: House) -> None:
    class_id = house.put_class(declared_seats=1)
    card = house.award()
    house.enrolled(card, class_id)
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    answer = house.post("/enrolments", body, "holder", card=card.card_ref)
    assert code(answer) == (409, "already-enrolled")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"mode": "offline"}, "mode-not-in-scheme"),
        ({"price": PRICE + 1}, "price-changed"),
        ({"registration_closes": utc_now()}, "registration-closed"),
    ],
)
def test_what_no_waiting_mends_is_refused_at_once(
    house: House, changes: dict[str, Any], refusal: str
) -> None:
    class_id, _ = full_class(house)
    move_class(house, class_id, **changes)
    before = house.tables()
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    answer = house.post("/enrolments", body, "holder", card=house.award().card_ref)
    assert code(answer) == (409, refusal)
    after = house.tables()
    assert (after["place"], after["training_class"]) == (before["place"], before["training_class"])


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


def test_who_is_assisted_waits_and_accepts_with_consent(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    with_card = {"card_number": card.card_number, "consent": True}
    officer = {"role": "officer", "region": card.person.regency}
    place = document(house.post("/enrolments", {**body, **with_card}, **officer), 201)
    give_back(house, first)
    house.serve_lists()
    path = f"/enrolments/{place['id']}/acceptance"
    assert code(house.post(path, {"card_number": card.card_number}, **officer)) == (
        422,
        "validation-failed",
    )
    document(house.post(path, with_card, **officer), 201)
    told = timeline(house, place, card)
    assert [each["assisted"] for each in told["events"]] == [True, False, True]
    assert house.differences() == []


def test_enrolments_and_places_are_listed_together_the_newest_first(house: House) -> None:
    card = house.award()
    classes = [full_class(house)[0] for _ in range(2)]
    waited = house.waits(card, classes[0])
    taken = house.enrolled(card, house.put_class())
    last = house.waits(card, classes[1])
    ids = []
    path = "/enrolments?limit=1"
    while path:
        page = document(house.get(path, "holder", card=card.card_ref))
        ids += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        path = f"/enrolments?limit=1&cursor={cursor}" if cursor else ""
    assert ids == [last["id"], taken["id"], waited["id"]]
    listed = document(house.get("/enrolments?status=waitlisted", "holder", card=card.card_ref))
    assert [each["place_in_line"] for each in listed["items"]] == [1, 1]


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
