"""Seats come back, given up or called off, and with them the money, as everybody can see."""

from __future__ import annotations

from typing import Any

from tests.journeys.answers import problem
from tests.journeys.api import Api
from tests.journeys.enrolling import cancellation_path
from tests.journeys.world import World
from tests.waiting import eventually


def test_seats_given_back_by_holder_and_operator_are_seen_in_the_catalogue_within_seconds(
    world: World,
) -> None:
    offer = world.offer(seats=4)
    cards = world.cards(3)
    taken = [world.holder(card.ref).post("/enrolments", offer.wish()) for card in cards]
    world.wait_for_seats_left(offer, 1)

    by_holder = world.holder(cards[0].ref).post(cancellation_path(taken[0]), {"reason": "Sakit"})
    assert (by_holder["status"], by_holder["refunded"]) == ("cancelled", offer.price)
    by_operator = world.operator.post(cancellation_path(taken[1]), {"reason": "Salah daftar"})
    assert by_operator["status"] == "cancelled"
    world.wait_for_seats_left(offer, 3)

    listed = world.public.items(f"/classes?course={offer.course_id}&has_seats=true")
    assert [one["seats_left"] for one in listed] == [3]
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["held"], exact["seats_left"]) == (1, 3)
    for card in cards[:2]:
        shown = world.holder(card.ref).read("/cards/me")
        assert (shown["status"], shown["balance"]) == ("awarded", 3_500_000)
    again = world.holder(cards[0].ref)
    problem(
        again.call(
            "POST", cancellation_path(taken[0]), body={"reason": "Lagi"}, key="again-and-again"
        ),
        409,
        "cancellation-closed",
    )


def test_when_a_class_is_called_off_its_holders_get_everything_back_without_doing_anything(
    world: World,
) -> None:
    offer = world.offer(seats=3)
    first, second, late = world.cards(3)
    holder, staff = world.holder(first.ref), world.provider(offer.provider_id)
    deadline = holder.read("/cards/me")["deadline"]
    taken = holder.post("/enrolments", offer.wish())
    world.holder(second.ref).post("/enrolments", offer.wish())
    staff.post(f"/classes/{offer.class_id}/cancellation", {"reason": "Pengajar sakit"})
    assert world.public.read(f"/classes/{offer.class_id}")["status"] == "cancelled"

    for card in (first, second):
        back = _card_once_awarded(world.holder(card.ref))
        assert back["balance"] == 3_500_000
        assert back["deadline"] >= deadline, "bought and cancelled on one day"
    path = f"/enrolments/{taken['id']}"
    following = holder.read(f"{path}/timeline")
    assert (following["status"], following["next"]) == ("cancelled", None)
    last = following["events"][-1]
    assert (last["role"], last["reason"]) == ("system", "Pengajar sakit")
    movements = [item["cause"] for item in holder.items("/cards/me/statement")]
    assert sorted(movements) == ["award", "cancellation", "enrolment"]

    shown = {"redeem_code": taken["redeem_code"]}
    staff.refused("POST", f"{path}/redemption", 409, "state-conflict", body=shown)
    again = {"reason": "Kelas dibatalkan"}
    holder.refused("POST", f"{path}/cancellation", 409, "cancellation-closed", body=again)
    wish = offer.wish()
    world.holder(late.ref).refused("POST", "/enrolments", 409, "registration-closed", body=wish)
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["status"], exact["held"]) == ("cancelled", 0)
    entries = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-cancelled")
    assert sorted(entry["card_ref"] for entry in entries) == sorted([first.ref, second.ref])


def _card_once_awarded(holder: Api) -> dict[str, Any]:
    """Wait until a card in training is as it was before, and return it."""

    def look() -> dict[str, Any]:
        card: dict[str, Any] = holder.read("/cards/me")
        return card if card["status"] == "awarded" else {}

    return eventually(look, what="the card is as it was")
