"""What accounts is told of who holds a seat: references, page by page, of those who enrolled until an instant."""

from __future__ import annotations

from typing import Any

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard


def page(house: House, class_id: str, *, until: str, **query: Any) -> dict[str, Any]:
    path = f"/internal/seat-holders?class_id={class_id}&enrolled_until={until}"
    path += "".join(f"&{name}={value}" for name, value in query.items())
    told: dict[str, Any] = document(house.call("GET", path, role="system"))
    return told


def refs(cards: list[HeldCard]) -> list[str]:
    return [card.card_ref for card in cards]


def test_who_holds_a_seat_is_told_in_the_order_of_enrolling_and_who_came_later_is_not(
    house: House,
) -> None:
    class_id, another = house.put_class(), house.put_class()
    *people, late, elsewhere = house.award_many(4)
    for card in people:
        house.enrolled(card, class_id)
    house.enrolled(elsewhere, another)
    until = write_instant(utc_now())
    house.enrolled(late, class_id)
    assert page(house, class_id, until=until) == {"cards": refs(people), "next": None}
    later = page(house, class_id, until=write_instant(utc_now()))
    assert later["cards"] == refs([*people, late])


def test_pages_miss_and_repeat_nobody_while_others_give_their_seats_back(house: House) -> None:
    class_id = house.put_class()
    people = house.award_many(5)
    taken = [house.enrolled(card, class_id) for card in people]
    until = write_instant(utc_now())
    first = page(house, class_id, until=until, limit=2)
    assert first == {"cards": refs(people[:2]), "next": taken[1]["id"]}
    for gone in (1, 2):  # one who was told already, and one who was not
        back = house.cancel(taken[gone]["id"], "holder", card=people[gone].card_ref)
        assert back.status_code == 200
    second = page(house, class_id, until=until, limit=2, after=first["next"])
    assert second == {"cards": refs(people[3:]), "next": None}
    assert house.differences() == []


def test_of_a_class_that_nobody_knows_there_is_nobody(house: House) -> None:
    until = write_instant(utc_now())
    assert page(house, new_id(), until=until) == {"cards": [], "next": None}
