"""A provider's way from an application to classes, and what its later changes mean to holders."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys import bodies
from tests.journeys.api import Api
from tests.journeys.enrolling import cancellation_path
from tests.journeys.world import World
from tests.waiting import eventually


def test_a_course_goes_from_an_application_to_online_and_offline_classes_that_can_be_enrolled_in(
    world: World,
) -> None:
    applicant = world.public.post("/providers", bodies.application("LPK Perjalanan Panjang"))
    assert applicant["status"] == "applied"
    assert "email" not in applicant
    provider_id = applicant["id"]
    staff = world.provider(provider_id)
    world.public.refused("GET", f"/providers/{provider_id}", 404, "not-found")
    staff.refused("POST", "/courses", 409, "provider-not-approved", body=bodies.course("online"))

    world.decide(f"/providers/{provider_id}", "approved")
    assert world.public.read(f"/providers/{provider_id}")["name"] == "LPK Perjalanan Panjang"

    for mode in ("online", "offline"):
        course_id = _mended_course(world, staff, mode)
        plan = bodies.training_class(mode, seats=12)
        made = staff.post(f"/courses/{course_id}/classes", plan)
        world.wait_until_known(made["id"])
        seen = world.public.read(f"/classes/{made['id']}")
        assert (seen["mode"], seen["seats"], seen["seats_left"]) == (mode, 12, 12)
        exact = world.public.read(f"/classes/{made['id']}/availability")
        assert (exact["seats"], exact["held"], exact["seats_left"]) == (12, 0, 12)
        listed = world.public.items(f"/classes?course={course_id}")
        assert [one["id"] for one in listed] == [made["id"]]


def _mended_course(world: World, staff: Api, mode: str) -> str:
    """Have a course returned once, mended and published; nobody outside sees it before."""
    drafted = staff.post("/courses", bodies.course(mode, summary="Singkat."))
    path = f"/courses/{drafted['id']}"
    staff.post(f"{path}/submission")
    staff.refused(
        "POST",
        f"{path}/classes",
        409,
        "course-not-published",
        body=bodies.training_class(mode, seats=5),
    )
    world.decide(path, "returned", reason="Ringkasan terlalu singkat")
    returned = staff.read(path)
    assert (returned["status"], returned["reason"]) == ("returned", "Ringkasan terlalu singkat")

    assert staff.patch(path, {"summary": "Mengelas pelat."})["status"] == "returned"
    world.public.refused("GET", path, 404, "not-found")
    world.provider(world.approved_provider()).refused("GET", path, 404, "not-found")
    staff.post(f"{path}/submission")
    world.decide(path, "published")
    shown = world.public.read(path)
    assert (shown["status"], shown["summary"]) == ("published", "Mengelas pelat.")
    assert "reason" not in shown
    course_id: str = drafted["id"]
    return course_id


def test_a_class_is_judged_by_the_rules_that_are_scheduled_for_the_day_it_starts(
    world: World,
) -> None:
    provider_id = world.approved_provider()
    staff = world.provider(provider_id)
    path = f"/courses/{world.published_course(provider_id)}/classes"
    begins = (datetime.now(UTC) + timedelta(days=890)).date()
    version = f"{begins:%Y-%m}z"
    fewer = {"webinar_seats_per_trainer": 4}
    scheduled = {"version": version, "effective_from": begins.isoformat(), "changes": fewer}
    world.operator.post("/rules", {"reason": "Uji kelas kecil", **scheduled})
    plan = bodies.training_class("online", seats=5, first_day=900)

    def is_refused() -> bool:
        answer = staff.call("POST", path, body=plan, key=str(uuid.uuid4()))
        return answer.status_code == 422

    eventually(is_refused, what="the catalogue judges by the scheduled rules")
    made = staff.post(path, {**plan, "seats": 4})
    assert made["rule_version"] == version
    sooner = staff.post(path, bodies.training_class("online", seats=5))
    assert sooner["rule_version"] != version
    world.wait_until_known(made["id"])
    told = staff.post("/rules/explanation", {"limits_of": made["id"]})
    assert (told["version"], told["refused_by"]) == (version, None)
    compared = {each["rule"]: each["compared"] for each in told["checks"]}
    assert compared["seats-per-trainer"] == {**fewer, "found": 4.0}
    world.operator.post(f"/rules/{version}/withdrawal", {"reason": "Uji selesai"})


def test_a_class_that_was_filled_is_shown_as_full_everywhere(world: World) -> None:
    offer = world.offer(seats=1)
    first, second = world.cards(2)
    world.holder(first.ref).post("/enrolments", offer.wish())
    world.holder(second.ref).refused("POST", "/enrolments", 409, "class-full", body=offer.wish())
    world.wait_for_seats_left(offer, 0)
    assert world.public.items(f"/classes?course={offer.course_id}&has_seats=true") == []
    assert len(world.public.items(f"/classes?course={offer.course_id}&has_seats=false")) == 1


def test_what_a_provider_changes_in_a_class_rules_the_next_enrolment(world: World) -> None:
    offer = world.offer(seats=2)
    first, second, third = world.cards(3)
    staff = world.provider(offer.provider_id)
    world.holder(first.ref).post("/enrolments", offer.wish())

    staff.patch(f"/classes/{offer.class_id}", {"price": 200_000})
    refused = eventually(
        lambda: _refusal(
            world.holder(second.ref), offer.wish(expected_price=249_999), "price", 200_000
        ),
        what="the new price rules",
    )
    assert refused["code"] == "price-changed"
    world.holder(second.ref).post("/enrolments", offer.wish(expected_price=200_000))

    staff.patch(f"/classes/{offer.class_id}", {"seats": 1})
    eventually(
        lambda: world.public.read(f"/classes/{offer.class_id}/availability")["declared_seats"] == 1,
        what="the lower number of seats is known",
    )
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["held"], exact["seats"], exact["seats_left"]) == (2, 2, 0)
    late = offer.wish(expected_price=200_000)
    world.holder(third.ref).refused("POST", "/enrolments", 409, "class-full", body=late)


def test_the_classes_of_an_archived_course_run_on_and_take_nobody_else(world: World) -> None:
    offer = world.offer(seats=2)
    first, second = world.cards(2)
    taken = world.holder(first.ref).post("/enrolments", offer.wish())
    world.decide(f"/courses/{offer.course_id}", "archived")
    world.public.refused("GET", f"/courses/{offer.course_id}", 404, "not-found")
    eventually(
        lambda: _refusal(world.holder(second.ref), offer.wish(), "code", "registration-closed"),
        what="the class of an archived course takes nobody",
    )
    assert world.public.read(f"/classes/{offer.class_id}")["status"] == "closed"
    shown = {"redeem_code": taken["redeem_code"]}
    path = f"/enrolments/{taken['id']}/redemption"
    assert world.provider(offer.provider_id).post(path, shown)["status"] == "active"


def _refusal(caller: Api, wish: dict[str, Any], member: str, value: object) -> dict[str, Any]:
    """Try to enrol; return the refusal once it says this. A seat that is still given is given back."""
    answer = caller.call("POST", "/enrolments", body=wish, key=str(uuid.uuid4()))
    document: dict[str, Any] = answer.json()
    if answer.ok:
        caller.post(cancellation_path(document), {"reason": "Terlalu cepat"})
    return document if document.get(member) == value else {}
