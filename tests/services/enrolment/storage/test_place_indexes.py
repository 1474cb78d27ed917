"""Looking for what is to be done about waiting lists reads what is waited for, whatever else there is."""

from __future__ import annotations

from chassis.clock import utc_now
from chassis.identifiers import new_id
from tests.services.enrolment.house import House
from tests.services.enrolment.storage.plans import plan_of


def test_classes_without_a_list_are_not_read_twice_a_second(house: House) -> None:
    places = house.service.stores.places
    plan = plan_of(
        house,
        lambda connection: places.classes_to_serve(
            connection, now=utc_now(), after=new_id(), limit=10
        ),
    )
    assert "training_class_with_list" in plan
    assert "place_offered" in plan


def test_places_that_have_ended_are_not_read_to_find_the_first_in_line(house: House) -> None:
    places = house.service.stores.places
    plan = plan_of(house, lambda connection: places.first_in(connection, new_id(), limit=10))
    assert "place_in_line" in plan
    plan = plan_of(house, lambda connection: places.offered_in(connection, new_id()))
    assert "place_offered" in plan
