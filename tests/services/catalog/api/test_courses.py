"""A course from draft to archive, as its provider, the operator and the public meet it."""

from __future__ import annotations

import pytest

from tests.services.catalog.bodies import class_body, course_body
from tests.services.catalog.client import AUDITOR, OPERATOR, Catalog, key, made, staff

ABSENT = "01890000-0000-7000-8000-000000000000"


def test_a_course_is_drafted_submitted_published_and_archived(
    catalog: Catalog, provider_id: str
) -> None:
    answer = catalog.post("/courses", course_body(), staff(provider_id))
    document = made(answer)
    assert answer.status_code == 201
    path = f"/courses/{document['id']}"
    assert answer.headers["Location"] == f"/api/v1{path}"
    assert (document["status"], document["language"], document["sample_price"]) == (
        "draft",
        "id",
        False,
    )
    assert document["units"] == [{"code": None, "title": "Keselamatan kerja"}]
    assert catalog.get(path).status_code == 404
    assert made(catalog.post(f"{path}/submission", {}, staff(provider_id)))["status"] == "submitted"
    assert catalog.get(path).status_code == 404
    assert catalog.decide(document["id"], "published")["status"] == "published"
    public = made(catalog.get(path))
    assert public["title"] == "Pengelasan SMAW 3G"
    assert "reason" not in public
    assert made(catalog.get(path, staff(provider_id)))["reason"] == "Sesuai kurikulum"
    assert catalog.decide(document["id"], "archived")["status"] == "archived"
    assert catalog.get(path).status_code == 404


def test_a_returned_course_is_mended_and_submitted_again(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="returned")
    path = f"/courses/{course_id}"
    tag = catalog.get(path, staff(provider_id)).headers["ETag"]
    changed = catalog.patch(path, {"hours": 60}, staff(provider_id), if_match=tag)
    assert made(changed)["hours"] == 60
    assert made(catalog.post(f"{path}/submission", {}, staff(provider_id)))["reason"] is None


def test_a_draft_is_seen_by_its_provider_the_operator_and_the_auditor_alone(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    path = f"/courses/{course_id}"
    other = catalog.provider()
    for caller in (OPERATOR, AUDITOR, staff(provider_id)):
        assert catalog.get(path, caller).status_code == 200
    for stranger in (None, staff(other), {"role": "holder", "card": ABSENT}):
        assert catalog.get(path, stranger).status_code == 404


def test_what_is_anothers_answers_exactly_as_what_is_absent(
    catalog: Catalog, provider_id: str
) -> None:
    draft = catalog.course(provider_id, status="draft")
    published = catalog.course(provider_id)
    other = staff(catalog.provider())
    same = {"x_request_id": "the-same-request"}
    for taken in (draft, published):
        for path in ("/courses/{}", "/courses/{}/submission", "/courses/{}/classes"):
            calls = [
                catalog.patch(path.format(which), {"hours": 20}, other, if_match='"1"', **same)
                if path == "/courses/{}"
                else catalog.post(
                    path.format(which),
                    class_body() if path.endswith("classes") else {},
                    other,
                    **same,
                )
                for which in (taken, ABSENT)
            ]
            assert [call.status_code for call in calls] == [404, 404]
            assert calls[0].data == calls[1].data
    reads = [catalog.get(f"/courses/{which}", other, **same) for which in (draft, ABSENT)]
    assert reads[0].data == reads[1].data


@pytest.mark.parametrize(
    ("method", "path", "caller"),
    [
        ("post", "/courses", OPERATOR),
        ("post", "/courses", AUDITOR),
        ("post", f"/courses/{ABSENT}/decision", staff(ABSENT)),
        ("post", f"/courses/{ABSENT}/submission", OPERATOR),
        ("post", f"/courses/{ABSENT}/classes", OPERATOR),
        ("patch", f"/courses/{ABSENT}", OPERATOR),
        ("patch", f"/classes/{ABSENT}", {"role": "holder", "card": ABSENT}),
        ("post", f"/classes/{ABSENT}/cancellation", AUDITOR),
    ],
)
def test_a_role_that_may_not_is_refused_before_anything_is_read(
    refusing: tuple[Catalog, str, str], method: str, path: str, caller: dict[str, str]
) -> None:
    catalog, _, _ = refusing
    assert getattr(catalog, method)(path, {}, caller).status_code == 403
    assert getattr(catalog, method)(path, {}).status_code == 401


def test_an_edit_needs_the_version_it_was_made_from(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id, status="draft")
    path, me = f"/courses/{course_id}", staff(provider_id)
    tag = catalog.get(path, me).headers["ETag"]
    assert catalog.patch(path, {"hours": 20}, me).status_code == 428
    for wrong in ('"2"', "*", "1", 'W/"1"', '"x"'):
        assert catalog.patch(path, {"hours": 20}, me, if_match=wrong).status_code == 412
    first = catalog.patch(path, {"hours": 20}, me, if_match=tag)
    assert first.headers["ETag"] == catalog.get(path, me).headers["ETag"] != tag
    late = catalog.patch(path, {"hours": 30}, me, if_match=tag)
    assert (late.status_code, late.get_json()["code"]) == (412, "stale-version")
    assert made(catalog.get(path, me))["hours"] == 20


def test_an_edit_repeated_with_its_key_gets_its_first_answer(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    path, me, once = f"/courses/{course_id}", staff(provider_id), key()
    tag = catalog.get(path, me).headers["ETag"]
    first = catalog.patch(path, {"hours": 20}, me, if_match=tag, **once)
    again = catalog.patch(path, {"hours": 20}, me, if_match=tag, **once)
    assert (again.status_code, again.data) == (200, first.data)


def test_after_publication_only_the_summary_changes(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id)
    path, me = f"/courses/{course_id}", staff(provider_id)
    tag = catalog.get(path, me).headers["ETag"]
    refused = catalog.patch(path, {"price": 1, "title": "x"}, me, if_match=tag)
    assert refused.status_code == 409
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/price", "/title"]
    assert catalog.patch(path, {"summary": "Baru."}, me, if_match=tag).status_code == 200
    assert made(catalog.get(path))["summary"] == "Baru."


def test_a_decision_that_the_state_forbids_is_a_conflict(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    body = {"decision": "published", "reason": "Sesuai"}
    answer = catalog.post(f"/courses/{course_id}/decision", body, OPERATOR)
    assert (answer.status_code, answer.get_json()["state"]) == (409, "draft")
    wrong = catalog.post(f"/courses/{course_id}/decision", {**body, "decision": "draft"}, OPERATOR)
    assert wrong.status_code == 422


def test_an_applicant_cannot_offer_a_course(catalog: Catalog) -> None:
    applicant = catalog.provider(approved=False)
    answer = catalog.post("/courses", course_body(), staff(applicant))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "provider-not-approved")
    unknown = catalog.post("/courses", course_body(), staff(ABSENT))
    assert unknown.status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("title", None, "/title"),
        ("title", "x" * 201, "/title"),
        ("track", "skiling", "/track"),
        ("mode", "hybrid", "/mode"),
        ("hours", 14, "/hours"),
        ("hours", 15.0, "/hours"),
        ("hours", "40", "/hours"),
        ("hours", True, "/hours"),
        ("hours", 2**63, "/hours"),
        ("price", -1, "/price"),
        ("price", 3_500_001, "/price"),
        ("price", 1e6, "/price"),
        ("price", 10**30, "/price"),
        ("sample_price", 1, "/sample_price"),
        ("language", "Indonesia", "/language"),
        ("outcomes", "one", "/outcomes"),
        ("outcomes", ["a", 2], "/outcomes/1"),
        ("outcomes", ["x"] * 31, "/outcomes"),
        ("competency_codes", ["A", "A"], "/competency_codes/1"),
        ("units", [{"code": "X"}], "/units/0/title"),
        ("units", [{"title": "a", "hours": 1}], "/units/0/hours"),
        ("units", ["a"], "/units/0"),
        ("units", {"title": "a"}, "/units"),
        ("seats", 3, "/seats"),
    ],
)
def test_a_wrong_field_of_a_course_is_named_and_nothing_is_done(
    refusing: tuple[Catalog, str, str], field: str, value: object, pointer: str
) -> None:
    catalog, provider_id, _ = refusing
    before = len(catalog.journal())
    answer = catalog.post("/courses", course_body(**{field: value}), staff(provider_id))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
    assert len(catalog.journal()) == before


def test_a_change_names_its_wrong_fields_too(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id, status="draft")
    me = staff(provider_id)
    for body, pointer in (
        ({}, ""),
        ({"units": [{"code": "X"}]}, "/units/0/title"),
        ({"title": None}, "/title"),
        ({"hours": 3}, "/hours"),
    ):
        answer = catalog.patch(f"/courses/{course_id}", body, me, if_match='"1"')
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
