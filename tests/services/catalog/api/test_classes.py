"""A class as its provider plans, changes and cancels it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.catalog.bodies import class_body, day, meeting, text, two_days
from tests.services.catalog.client import OPERATOR, Catalog, key, made, staff

ABSENT = "01890000-0000-7000-8000-000000000000"
REASON = {"reason": "Instruktur sakit"}


@pytest.fixture
def course_id(catalog: Catalog, provider_id: str) -> str:
    """A published offline course."""
    return catalog.course(provider_id)


def test_a_class_is_offered_and_seen_by_everybody(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    answer = catalog.post(f"/courses/{course_id}/classes", class_body(), staff(provider_id))
    document = made(answer)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/classes/{document['id']}"
    assert document["price"] == 1_500_000
    assert (document["seats"], document["seats_left"], document["trainers"]) == (16, 16, 1)
    assert document["starts_at"] == document["meetings"][0]["starts_at"]
    assert document["ends_at"] == document["meetings"][-1]["ends_at"]
    assert [m["sequence"] for m in document["meetings"]] == [1, 2, 999]
    seen = catalog.get(f"/classes/{document['id']}")
    assert made(seen) == document
    assert seen.headers["ETag"] == answer.headers["ETag"]


def test_an_online_class_has_a_link_and_serves_the_regions_it_names(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, mode="online")
    made_class = catalog.training_class(
        provider_id,
        course_id,
        online=True,
        regions=["18", "17.71"],
        seats=500,
        trainers=10,
        price=0,
    )
    seen = made(catalog.get(f"/classes/{made_class['id']}"))
    assert seen["regions"] == ["17.71", "18"]
    assert (seen["link"], seen["venue"], seen["regency"]) == (
        "https://kelas.example/las",
        None,
        None,
    )


def test_a_meeting_without_a_sequence_gets_its_place(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    meetings = two_days(30)
    for body in meetings:
        del body["sequence"]
    document = catalog.training_class(provider_id, course_id, meetings=meetings)
    assert [m["sequence"] for m in document["meetings"]] == [1, 2]


def test_a_class_offered_twice_with_one_key_is_one_class(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    once = key()
    path, me = f"/courses/{course_id}/classes", staff(provider_id)
    first = catalog.post(path, class_body(), me, **once)
    again = catalog.post(path, class_body(), me, **once)
    assert first.data == again.data
    assert len(made(catalog.get("/classes"))["items"]) == 1


def test_only_a_published_course_has_classes(catalog: Catalog, provider_id: str) -> None:
    for status in ("draft", "submitted", "returned", "archived"):
        course_id = catalog.course(provider_id, status=status)
        answer = catalog.post(f"/courses/{course_id}/classes", class_body(), staff(provider_id))
        assert (answer.status_code, answer.get_json()["code"]) == (409, "course-not-published")
        assert answer.get_json()["state"] == status


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"mode": "online", "link": "https://kelas.example"}, ["/mode"]),
        ({"link": "https://kelas.example"}, ["/link"]),
        ({"link": "http://kelas.example"}, ["/link"]),
        ({"link": "javascript:alert(1)"}, ["/link"]),
        ({"venue": None}, ["/venue"]),
        ({"regency": "17"}, ["/regency"]),
        ({"regency": "17.7"}, ["/regency"]),
        ({"regency": 17.71}, ["/regency"]),
        ({"regency": "91.01"}, ["/regency"]),
        ({"zone": "WIB"}, ["/zone"]),
        ({"zone": "Asia/Singapore"}, ["/zone"]),
        ({"zone": "Asia/Makassar"}, ["/zone"]),
        ({"zone": None}, ["/zone"]),
        ({"regions": ["17", "11.1"]}, ["/regions/1"]),
        ({"regions": ["17", 18]}, ["/regions/1"]),
        ({"regions": ["17", "17"]}, ["/regions/1"]),
        ({"regions": "17"}, ["/regions"]),
        ({"seats": 0}, ["/seats"]),
        ({"seats": 31}, ["/seats"]),
        ({"seats": 10_001}, ["/seats"]),
        ({"seats": 2**63}, ["/seats"]),
        ({"seats": 16.0}, ["/seats"]),
        ({"price": 1_500_001}, ["/price"]),
        ({"price": -1}, ["/price"]),
        ({"price": None}, ["/price"]),
        ({"trainers": 0}, ["/trainers"]),
        ({"registration_opens": text(day(21))}, ["/registration_closes"]),
        ({"registration_closes": text(day(31))}, ["/registration_closes"]),
        ({"registration_closes": "2026-02-30T00:00:00Z"}, ["/registration_closes"]),
        ({"registration_closes": "2026-12-01"}, ["/registration_closes"]),
        ({"registration_closes": "2026-12-01T00:00:00"}, ["/registration_closes"]),
        ({"registration_closes": 1_800_000_000}, ["/registration_closes"]),
        ({"registration_closes": "٢٠٢٦-12-01T00:00:00Z"}, ["/registration_closes"]),
        ({"meetings": []}, ["/meetings"]),
        ({"meetings": {}}, ["/meetings"]),
        ({"meetings": [meeting(1, on_day=30, hours=-1)]}, ["/meetings/0/ends_at"]),
        ({"meetings": [meeting(1, on_day=30, hours=0)]}, ["/meetings/0/ends_at"]),
        ({"meetings": [*two_days(30), meeting(3, on_day=32, hours=9)]}, ["/meetings"]),
        ({"meetings": [meeting(1, on_day=30, hours=1 / 3600)]}, ["/meetings"]),
        ({"meetings": [meeting(2, on_day=30)]}, ["/meetings"]),
        ({"meetings": [meeting(1, on_day=31), meeting(2, on_day=30)]}, ["/meetings/1/starts_at"]),
        ({"meetings": [{**meeting(1, on_day=30), "room": 4}]}, ["/meetings/0/room"]),
        ({"meetings": [{"sequence": 1, "starts_at": text(day(30))}]}, ["/meetings/0/ends_at"]),
        ({"meetings": [{**meeting(1, on_day=30), "sequence": 1000}]}, ["/meetings/0/sequence"]),
        (
            {
                "meetings": [meeting(1, on_day=-1)],
                "registration_opens": text(day(-9)),
                "registration_closes": text(day(-2)),
            },
            ["/meetings/0/starts_at"],
        ),
        ({"provider_id": ABSENT}, ["/provider_id"]),
        ({"status": "published"}, ["/status"]),
    ],
    ids=str,
)
def test_a_wrong_field_of_a_class_is_named_and_nothing_is_done(
    refusing: tuple[Catalog, str, str], changes: dict[str, Any], pointers: list[str]
) -> None:
    catalog, provider_id, course_id = refusing
    before = len(catalog.journal())
    answer = catalog.post(
        f"/courses/{course_id}/classes", class_body(**changes), staff(provider_id)
    )
    assert answer.status_code == 422, answer.data
    assert [error["pointer"] for error in answer.get_json()["errors"]] == pointers
    assert made(catalog.get("/classes"))["items"] == []
    assert len(catalog.journal()) == before


def test_seats_price_and_meetings_are_changed_by_version(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    before = catalog.training_class(provider_id, course_id)
    path, me = f"/classes/{before['id']}", staff(provider_id)
    tag = catalog.get(path).headers["ETag"]
    changes = {
        "seats": 30,
        "price": 1_000_000,
        "venue": "Jl. Mangga 2",
        "meetings": two_days(40),
        "registration_closes": text(day(39)),
    }
    assert catalog.patch(path, changes, me).status_code == 428
    answer = catalog.patch(path, changes, me, if_match=tag)
    after = made(answer)
    assert {name: after[name] for name in ("seats", "price", "venue", "seats_left")} == {
        "seats": 30,
        "price": 1_000_000,
        "venue": "Jl. Mangga 2",
        "seats_left": 30,
    }
    assert after["version"] == before["version"] + 1
    assert made(catalog.get(path)) == after
    assert catalog.patch(path, {"seats": 5}, me, if_match=tag).status_code == 412
    assert (
        catalog.patch(path, {"seats": 31}, me, if_match=answer.headers["ETag"]).status_code == 422
    )


def test_what_a_class_is_cannot_be_changed(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    made_class = catalog.training_class(provider_id, course_id)
    path = f"/classes/{made_class['id']}"
    for name in ("mode", "zone", "regency", "regions", "course_id", "status"):
        body = {name: made_class[name]}
        answer = catalog.patch(path, body, staff(provider_id), if_match='"1"')
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["pointer"] == f"/{name}"


def test_a_cancellation_needs_a_key_and_happens_once(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    made_class = catalog.training_class(provider_id, course_id)
    path, me, once = f"/classes/{made_class['id']}/cancellation", staff(provider_id), key()
    without = catalog.post(path, REASON, me)
    assert (without.status_code, without.get_json()["code"]) == (400, "idempotency-key-missing")
    assert catalog.post(path, {}, me, **once).status_code == 422
    first = catalog.post(path, REASON, me, **once)
    assert (made(first)["status"], made(first)["reason"]) == ("cancelled", "Instruktur sakit")
    assert catalog.post(path, REASON, me, **once).data == first.data
    other = catalog.post(path, REASON, me, **key())
    assert (other.status_code, other.get_json()["state"]) == (409, "cancelled")
    assert made(catalog.get(f"/classes/{made_class['id']}"))["status"] == "cancelled"
    assert made(catalog.get("/classes"))["items"] == []
    assert len(made(catalog.get("/classes?status=cancelled"))["items"]) == 1
    kinds = [entry["kind"] for entry in catalog.journal()]
    assert kinds.count("class-cancelled") == 1


def test_the_operator_cancels_any_class_and_another_provider_none(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    made_class = catalog.training_class(provider_id, course_id)
    path = f"/classes/{made_class['id']}/cancellation"
    other = staff(catalog.provider())
    same = {"x_request_id": "the-same-request"}
    taken = catalog.post(path, REASON, other, **key(), **same)
    absent = catalog.post(f"/classes/{ABSENT}/cancellation", REASON, other, **key(), **same)
    assert (taken.status_code, taken.data) == (404, absent.data)
    edits = [
        catalog.patch(f"/classes/{which}", {"seats": 5}, other, if_match='"1"', **same)
        for which in (made_class["id"], ABSENT)
    ]
    assert (edits[0].status_code, edits[0].data) == (404, edits[1].data)
    assert made(catalog.post(path, REASON, OPERATOR, **key()))["status"] == "cancelled"


def test_ids_of_another_kind_of_thing_are_not_found(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    class_id = catalog.training_class(provider_id, course_id)["id"]
    me = staff(provider_id)
    for path in (f"/classes/{course_id}", f"/courses/{class_id}", f"/providers/{class_id}"):
        assert catalog.get(path, me).status_code == 404
    assert catalog.post(f"/courses/{class_id}/classes", class_body(), me).status_code == 404
    for strange in ("1", "9" * 30, class_id.upper(), "..%2f", "%00", "null"):
        assert catalog.get(f"/classes/{strange}").status_code == 404


def test_archiving_a_course_closes_its_classes(
    catalog: Catalog, provider_id: str, course_id: str
) -> None:
    going = catalog.training_class(provider_id, course_id)
    cancelled = catalog.training_class(provider_id, course_id)
    catalog.post(f"/classes/{cancelled['id']}/cancellation", REASON, OPERATOR, **key())
    other = catalog.training_class(provider_id, catalog.course(provider_id))
    catalog.decide(course_id, "archived")
    status = {
        name: made(catalog.get(f"/classes/{one['id']}"))["status"]
        for name, one in (("going", going), ("cancelled", cancelled), ("other", other))
    }
    assert status == {"going": "closed", "cancelled": "cancelled", "other": "published"}
    last = catalog.journal()[-2:]
    assert [entry["kind"] for entry in last] == ["course-archived", "class-closed"]
    assert last[1]["class_id"] == going["id"]
    tag = catalog.get(f"/classes/{going['id']}").headers["ETag"]
    moved = catalog.patch(
        f"/classes/{going['id']}", {"venue": "Jl. Mangga 2"}, staff(provider_id), if_match=tag
    )
    assert made(moved)["status"] == "closed"


def test_a_registration_that_has_opened_is_not_opened_at_another_time(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, mode="online")
    made_class = catalog.training_class(provider_id, course_id, online=True)
    answer = catalog.patch(
        f"/classes/{made_class['id']}",
        {"registration_opens": text(day(-4))},
        staff(provider_id),
        if_match='"1"',
    )
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/registration_opens"
