"""A provider that is suspended: its classes take nobody else, and everybody may see that; lifting restores it all."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from chassis.clock import utc_now, write_instant
from tests.services.catalog.bodies import class_body, course_body
from tests.services.catalog.client import AUDITOR, OPERATOR, Catalog, made, staff

REASON = "Laporan peserta sedang diperiksa"


def decide(catalog: Catalog, provider_id: str, decision: str) -> TestResponse:
    body = {"decision": decision, "reason": REASON}
    return catalog.post(f"/providers/{provider_id}/decision", body, OPERATOR)


@pytest.fixture
def offered(catalog: Catalog, provider_id: str) -> dict[str, Any]:
    """A class with seats, of the provider."""
    return catalog.training_class(provider_id, catalog.course(provider_id))


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_everybody_sees_that_a_provider_is_suspended_and_only_insiders_why(
    catalog: Catalog, provider_id: str
) -> None:
    suspended = made(decide(catalog, provider_id, "suspended"))
    assert (suspended["status"], suspended["reason"]) == ("suspended", REASON)
    for caller in (None, {"role": "holder", "card": provider_id}):
        assert made(catalog.get(f"/providers/{provider_id}", caller))["status"] == "suspended"
        [listed] = made(catalog.get("/providers?status=suspended", caller))["items"]
        assert listed["id"] == provider_id
        assert "reason" not in listed
        assert made(catalog.get("/providers?status=approved", caller))["items"] == []
    for caller in (staff(provider_id), OPERATOR, AUDITOR):
        assert made(catalog.get(f"/providers/{provider_id}", caller))["reason"] == REASON
    made(decide(catalog, provider_id, "approved"))
    assert made(catalog.get(f"/providers/{provider_id}"))["status"] == "approved"


def test_suspending_and_lifting_are_journaled_with_reason_and_state(
    catalog: Catalog, provider_id: str
) -> None:
    made(decide(catalog, provider_id, "suspended"))
    made(decide(catalog, provider_id, "approved"))
    told = [(entry["kind"], entry["actor"]) for entry in catalog.journal()[-2:]]
    assert [kind for kind, _ in told] == ["provider-suspended", "provider-approved"]
    assert all('"reason":"' + REASON in e["body_text"] for e in catalog.journal()[-2:])
    assert '"status":"suspended"' in catalog.journal()[-2]["body_text"]


def test_what_it_offered_stays_readable_and_nothing_of_it_can_be_joined(
    catalog: Catalog, provider_id: str, offered: dict[str, Any]
) -> None:
    path = f"/classes/{offered['id']}"
    assert (offered["seats_left"], offered["provider_suspended"]) == (16, False)
    tag = catalog.get(path).headers["ETag"]
    made(decide(catalog, provider_id, "suspended"))
    shown = catalog.get(path)
    assert (made(shown)["status"], made(shown)["seats"]) == ("published", 16)
    assert (made(shown)["seats_left"], made(shown)["provider_suspended"]) == (0, True)
    assert shown.headers["ETag"] != tag
    assert made(catalog.get(f"/courses/{offered['course_id']}"))["status"] == "published"
    open_at = quote(write_instant(utc_now()))
    lists = {"": 1, "?has_seats=true": 0, "?has_seats=false": 1, f"?open_at={open_at}": 0}
    for query, count in lists.items():
        assert len(made(catalog.get(f"/classes{query}"))["items"]) == count, query
    work_list = "/courses?mine=true&has_seats=true"
    assert made(catalog.get(work_list, staff(provider_id)))["items"] == []
    made(decide(catalog, provider_id, "approved"))
    assert catalog.get(path).headers["ETag"] == tag
    for query in lists:
        assert len(made(catalog.get(f"/classes{query}"))["items"]) == (query != "?has_seats=false")
    assert len(made(catalog.get(work_list, staff(provider_id)))["items"]) == 1


def test_the_search_finds_its_courses_and_offers_none_of_their_classes(
    catalog: Catalog, provider_id: str, offered: dict[str, Any]
) -> None:
    other = catalog.provider()
    catalog.training_class(other, catalog.course(other))

    def seen(query: str) -> tuple[int, dict[str, int], list[dict[str, Any]]]:
        answer = made(catalog.get(f"/courses?{query}"))
        seats = {str(c["value"]): c["count"] for c in answer["facets"]["has_seats"]}
        return answer["total"], seats, answer["facets"]["region"]

    assert seen("q=mengelas") == (2, {"True": 2, "False": 0}, [{"value": "17", "count": 2}])
    assert seen("has_seats=true")[0] == 2
    made(decide(catalog, provider_id, "suspended"))
    assert seen("q=mengelas") == (2, {"True": 1, "False": 0}, [{"value": "17", "count": 1}])
    assert seen("has_seats=true")[0] == seen("region=17")[0] == 1
    assert seen("has_seats=false")[0] == 0
    found = made(catalog.get(f"/courses?provider={provider_id}"))["items"]
    assert [course["id"] for course in found] == [offered["course_id"]]
    made(decide(catalog, provider_id, "approved"))
    assert seen("q=mengelas") == (2, {"True": 2, "False": 0}, [{"value": "17", "count": 2}])
    assert seen("has_seats=true")[0] == 2


def test_its_staff_offers_nothing_new_until_the_suspension_is_lifted(
    catalog: Catalog, provider_id: str, offered: dict[str, Any]
) -> None:
    me = staff(provider_id)
    published, draft = offered["course_id"], catalog.course(provider_id, status="draft")
    submitted = catalog.course(provider_id, status="submitted")
    path = f"/classes/{offered['id']}"
    tag = catalog.get(path).headers["ETag"]
    publishing = {"decision": "published", "reason": "Sesuai"}

    def attempts() -> list[TestResponse]:
        return [
            catalog.post("/courses", course_body(), me),
            catalog.post(f"/courses/{draft}/submission", {}, me),
            catalog.post(f"/courses/{published}/classes", class_body(), me),
            catalog.patch(path, {"seats": 20}, me, if_match=tag),
            catalog.post(f"/courses/{submitted}/decision", publishing, OPERATOR),
        ]

    made(decide(catalog, provider_id, "suspended"))
    before = len(catalog.journal())
    refused = attempts()
    assert [refusal(answer) for answer in refused] == [(409, "provider-suspended")] * 5
    assert REASON not in "".join(answer.text for answer in refused)
    assert len(catalog.journal()) == before
    made(decide(catalog, provider_id, "approved"))
    assert [answer.status_code for answer in attempts()] == [201, 200, 201, 200, 200]


def test_its_running_classes_can_be_finished_made_smaller_and_called_off(
    catalog: Catalog, provider_id: str, offered: dict[str, Any]
) -> None:
    me, path = staff(provider_id), f"/classes/{offered['id']}"
    draft = catalog.course(provider_id, status="draft")
    submitted = catalog.course(provider_id, status="submitted")
    made(decide(catalog, provider_id, "suspended"))
    for changes in ({"venue": "Jl. Salak 2, Bengkulu"}, {"seats": 8}):
        made(catalog.patch(path, changes, me, if_match=catalog.get(path).headers["ETag"]))
    tag = catalog.get(f"/courses/{draft}", me).headers["ETag"]
    made(catalog.patch(f"/courses/{draft}", {"hours": 41}, me, if_match=tag))
    assert catalog.decide(submitted, "returned")["status"] == "returned"
    once = {"idempotency_key": offered["id"]}
    called_off = catalog.post(f"{path}/cancellation", {"reason": "Tutup"}, me, **once)
    assert made(called_off)["status"] == "cancelled"
    assert catalog.decide(offered["course_id"], "archived")["status"] == "archived"


def test_a_suspension_is_for_approved_providers_and_lifted_once(
    catalog: Catalog, provider_id: str
) -> None:
    applicant = catalog.provider(approved=False)
    for who, decision, state in (
        (applicant, "suspended", "applied"),
        (provider_id, "approved", "approved"),
        (provider_id, "refused", "approved"),
    ):
        refused = decide(catalog, who, decision)
        assert refusal(refused) == (409, "state-conflict")
        assert refused.get_json()["state"] == state
    made(decide(catalog, provider_id, "suspended"))
    for decision in ("suspended", "refused"):
        refused = decide(catalog, provider_id, decision)
        assert refusal(refused) == (409, "state-conflict")
        assert "it can be approved" in refused.get_json()["detail"]
