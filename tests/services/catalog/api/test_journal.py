"""What the catalogue's journal tells, and to whom."""

from __future__ import annotations

import json

import pytest

from chassis.feed_client import entry_of
from tests.services.catalog.bodies import class_body
from tests.services.catalog.client import OPERATOR, SYSTEM, Catalog, key, made, staff
from tests.tokens import bearer


def test_every_transition_is_told_once_and_in_order(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id, status="returned")
    me = staff(provider_id)
    path = f"/courses/{course_id}"
    tag = catalog.get(path, me).headers["ETag"]
    made(catalog.patch(path, {"hours": 20}, me, if_match=tag))
    made(catalog.post(f"{path}/submission", {}, me))
    catalog.decide(course_id, "published")
    training_class = catalog.training_class(provider_id, course_id)
    class_path = f"/classes/{training_class['id']}"
    made(catalog.patch(class_path, {"seats": 20}, me, if_match='"1"'))
    made(catalog.post(f"{class_path}/cancellation", {"reason": "Batal"}, OPERATOR, **key()))
    entries = catalog.journal()
    assert [entry["kind"] for entry in entries] == [
        "provider-applied",
        "provider-approved",
        "course-drafted",
        "course-submitted",
        "course-returned",
        "course-changed",
        "course-submitted",
        "course-published",
        "class-published",
        "class-changed",
        "class-cancelled",
    ]
    assert [entry["position"] for entry in entries] == list(range(1, 12))
    assert [entry["role"] for entry in entries[:3]] == ["public", "operator", "provider"]
    assert entries[2]["actor"] == f"test:provider:{provider_id}"


def test_a_class_is_told_whole_each_time(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id)
    document = catalog.training_class(provider_id, course_id)
    me = staff(provider_id)
    made(catalog.patch(f"/classes/{document['id']}", {"seats": 20}, me, if_match='"1"'))
    published, changed = (entry_of(entry) for entry in catalog.journal()[-2:])
    assert published.subjects == {
        "class_id": document["id"],
        "course_id": course_id,
        "provider_id": provider_id,
        "region": "17.71",
    }
    shown_only = ("id", "seats_left", "provider_suspended")
    expected = {name: value for name, value in document.items() if name not in shown_only}
    assert published.body == {"class_id": document["id"], **expected}
    assert changed.body == {**published.body, "seats": 20, "version": 2}


def test_a_course_is_told_whole_each_time(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id)
    document = made(catalog.get(f"/courses/{course_id}", OPERATOR))
    told = json.loads(catalog.journal()[-1]["body_text"])
    assert told == {"course_id": course_id, **{k: v for k, v in document.items() if k != "id"}}


@pytest.mark.parametrize("role", ["provider", "holder", "officer", "operator", "auditor"])
def test_the_feed_is_for_services_alone(refusing: tuple[Catalog, str, str], role: str) -> None:
    catalog, _, _ = refusing
    assert catalog.client.get("/internal/feed", headers=bearer(role=role)).status_code == 403
    assert catalog.client.get("/internal/feed").status_code == 401
    assert catalog.client.get("/internal/feed", headers=bearer(**SYSTEM)).status_code == 200


def test_what_is_refused_is_not_told(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id, status="draft")
    before = len(catalog.journal())
    me = staff(provider_id)
    assert catalog.post(f"/courses/{course_id}/classes", class_body(), me).status_code == 409
    assert (
        catalog.patch(f"/courses/{course_id}", {"hours": 3}, me, if_match='"1"').status_code == 422
    )
    assert len(catalog.journal()) == before
