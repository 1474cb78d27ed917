"""A class that is moved with people in it: they are told, and may leave with their money; nobody else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import write_instant
from chassis.follower import Follower
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.catalog.domain.courses import Mode
from services.catalog.domain.meetings import Meeting
from services.enrolment.domain.entry_kinds import EntryKind
from tests.services.enrolment.followers.catalogue import DAY, Catalogue, changed
from tests.services.enrolment.followers.following import follower_of, published
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard

AT_A_VENUE: dict[str, Any] = {
    "mode": Mode.OFFLINE,
    "link": None,
    "venue": "BLK Bengkulu, Jalan Batang Hari 108",
    "regency": "17.71",
}


@pytest.fixture
def follower(house: House, catalogue: Catalogue) -> Follower:
    """Enrolment's follower of it."""
    return follower_of(house, catalogue.client)


def seated(
    house: House, catalogue: Catalogue, follower: Follower, **plan: Any
) -> tuple[TrainingClass, HeldCard, str]:
    """Let somebody enrol in a class; return it, the card and the enrolment's id."""
    [offered] = published(catalogue, 1, **plan)
    follower.catch_up()
    card = house.award(scheme="offline") if offered.plan.venue else house.award()
    return offered, card, house.enrolled(card, offered.class_id)["id"]


def told(catalogue: Catalogue, follower: Follower, after: TrainingClass) -> None:
    """Let the catalogue tell something else of a class, and copy it."""
    catalogue.tell(("changed", after))
    follower.catch_up()


def later(offered: TrainingClass, by: timedelta = DAY) -> TrainingClass:
    """Move the last meeting of a class."""
    *others, last = offered.plan.meetings
    moved = replace(last, starts_at=last.starts_at + by, ends_at=last.ends_at + by)
    return changed(offered, meetings=(*others, moved))


def shown(house: House, card: HeldCard, enrolment_id: str) -> dict[str, Any]:
    found: dict[str, Any] = document(
        house.get(f"/enrolments/{enrolment_id}", "holder", card=card.card_ref)
    )
    return found


def events(house: House, card: HeldCard, enrolment_id: str) -> list[str]:
    timeline = document(
        house.get(f"/enrolments/{enrolment_id}/timeline", "holder", card=card.card_ref)
    )
    return [event["kind"] for event in timeline["events"]]


def moves(house: House) -> list[dict[str, Any]]:
    return [entry for entry in house.entries() if entry["kind"] == EntryKind.CLASS_MOVED]


def test_who_is_in_a_class_that_is_moved_is_told_and_may_leave(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, card, enrolment_id = seated(house, catalogue, follower)
    assert "free_exit_until" not in shown(house, card, enrolment_id)
    after = later(offered)
    told(catalogue, follower, after)
    [entry] = moves(house)
    assert (entry["class_id"], entry["role"]) == (offered.class_id, "system")
    assert entry["body"]["meetings_before"] == _written(offered.plan.meetings)
    assert entry["body"]["meetings"] == _written(after.plan.meetings)
    assert entry["body"]["held"] == 1
    found = shown(house, card, enrolment_id)
    assert found["class_moved_at"] == entry["recorded_at"]
    assert found["free_exit_until"] == write_instant(offered.plan.starts_at)
    [listed] = document(house.get("/enrolments", "holder", card=card.card_ref))["items"]
    assert listed["free_exit_until"] == found["free_exit_until"]
    assert events(house, card, enrolment_id) == ["enrolment-confirmed", "class-moved"]
    house.cancel(enrolment_id, "holder", card=card.card_ref)
    cancelled = house.entries()[-1]
    assert cancelled["kind"] == "enrolment-cancelled"
    assert cancelled["body"]["free_exit"] == entry["position"]
    assert "free_exit_until" not in shown(house, card, enrolment_id)
    told(catalogue, follower, later(after))
    assert events(house, card, enrolment_id)[-1] == "enrolment-cancelled", "it is over for them"


def _written(meetings: tuple[Meeting, ...]) -> list[dict[str, str]]:
    return [
        {"starts_at": write_instant(each.starts_at), "ends_at": write_instant(each.ends_at)}
        for each in meetings
    ]


def test_another_venue_moves_a_class_too(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, card, enrolment_id = seated(house, catalogue, follower, **AT_A_VENUE)
    told(catalogue, follower, changed(offered, venue="Gedung B"))
    [entry] = moves(house)
    assert entry["body"]["venue_before"] == AT_A_VENUE["venue"]
    assert entry["body"]["venue"] == "Gedung B"
    assert "free_exit_until" in shown(house, card, enrolment_id)


@pytest.mark.parametrize(
    "plan", [{"seats": 9}, {"price": 1_000}, {"link": "https://kelas.example/2"}, {"trainers": 3}]
)
def test_nothing_else_moves_it(
    house: House, catalogue: Catalogue, follower: Follower, plan: dict[str, Any]
) -> None:
    offered, card, enrolment_id = seated(house, catalogue, follower)
    told(catalogue, follower, changed(offered, **plan))
    assert moves(house) == []
    assert "class_moved_at" not in shown(house, card, enrolment_id)


def test_who_enrols_after_the_move_knew_of_it(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, _, _ = seated(house, catalogue, follower)
    told(catalogue, follower, later(offered))
    card = house.award()
    enrolment_id = house.enrolled(card, offered.class_id)["id"]
    assert "free_exit_until" not in shown(house, card, enrolment_id)
    assert events(house, card, enrolment_id) == ["enrolment-confirmed"]


def test_of_a_class_that_nobody_is_in_nothing_is_told(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    [offered] = published(catalogue, 1)
    follower.catch_up()
    told(catalogue, follower, later(offered))
    assert moves(house) == []


def test_a_class_that_is_moved_twice_at_once_is_told_of_as_it_is_now(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, card, enrolment_id = seated(house, catalogue, follower)
    once = later(offered)
    catalogue.tell(("changed", once), ("changed", later(once)))
    follower.catch_up()
    [entry] = moves(house)
    assert entry["body"]["meetings"] == _written(later(once).plan.meetings)
    told(catalogue, follower, once)
    first, second = moves(house)
    assert first["body"]["moved_before"] is None
    assert second["body"]["moved_before"] == first["position"]
    assert shown(house, card, enrolment_id)["class_moved_at"] == second["recorded_at"]
    assert events(house, card, enrolment_id) == [
        "enrolment-confirmed",
        "class-moved",
        "class-moved",
    ]
    assert house.differences() == []


def test_who_waited_is_told_of_moves_since_the_seat_was_taken(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, holding, first = seated(house, catalogue, follower, seats=1)
    card = house.award()
    place = house.waits(card, offered.class_id)["id"]
    told(catalogue, follower, later(offered))
    house.cancel(first, "holder", card=holding.card_ref)
    house.serve_lists()
    accepted = house.post(f"/enrolments/{place}/acceptance", {}, "holder", card=card.card_ref)
    assert document(accepted, 201)["status"] == "confirmed"
    told(catalogue, follower, later(later(offered)))
    kinds = events(house, card, place)
    assert kinds[-3:] == ["enrolment-offered", "enrolment-confirmed", "class-moved"]
    assert kinds.count("class-moved") == 1


def test_a_class_that_is_called_off_after_its_move_is_left_for_that(
    house: House, catalogue: Catalogue, follower: Follower
) -> None:
    offered, card, enrolment_id = seated(house, catalogue, follower)
    after = later(offered)
    told(catalogue, follower, after)
    catalogue.tell(("cancelled", replace(after, status=ClassStatus.CANCELLED, reason="Banjir")))
    follower.catch_up()
    assert "free_exit_until" not in shown(house, card, enrolment_id)
    house.cancel(enrolment_id, "holder", card=card.card_ref)
    assert house.entries()[-1]["body"]["free_exit"] is None
