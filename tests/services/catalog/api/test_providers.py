"""Applying, deciding, and who sees what of a provider."""

from __future__ import annotations

import pytest

from tests.services.catalog.bodies import provider_body
from tests.services.catalog.client import AUDITOR, OPERATOR, Catalog, key, made, staff

ABSENT = "01890000-0000-7000-8000-000000000000"


def decision(word: str = "approved") -> dict[str, str]:
    return {"decision": word, "reason": "Terakreditasi"}


def test_anybody_applies_and_nobody_sees_it_until_it_is_approved(catalog: Catalog) -> None:
    answer = catalog.post("/providers", provider_body())
    document = made(answer)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/providers/{document['id']}"
    assert document["status"] == "applied"
    path = f"/providers/{document['id']}"
    assert catalog.get(path).status_code == 404
    assert made(catalog.get("/providers"))["items"] == []
    approved = made(catalog.post(f"{path}/decision", decision(), OPERATOR))
    assert approved["status"] == "approved"
    assert made(catalog.get(path))["name"] == "BLK Kota Bengkulu"
    assert [item["id"] for item in made(catalog.get("/providers"))["items"]] == [document["id"]]


def test_the_contact_address_is_for_the_provider_and_the_operator(catalog: Catalog) -> None:
    provider_id = catalog.provider(email="rahasia@blk.example")
    path = f"/providers/{provider_id}"
    for caller in (None, AUDITOR, staff(ABSENT), {"role": "holder", "card": ABSENT}):
        assert b"rahasia" not in catalog.get(path, caller).data
        assert b"rahasia" not in catalog.get("/providers", caller).data
    for insider in (OPERATOR, staff(provider_id)):
        assert made(catalog.get(path, insider))["email"] == "rahasia@blk.example"
    assert "rahasia" not in str(catalog.journal())


def test_no_answer_that_may_be_stored_holds_the_contact_address(catalog: Catalog) -> None:
    applied = catalog.post("/providers", provider_body(email="rahasia@blk.example"))
    path = f"/providers/{made(applied)['id']}/decision"
    decided = catalog.post(path, decision(), OPERATOR)
    assert made(decided)["status"] == "approved"
    assert b"rahasia" not in applied.data + decided.data


def test_an_applicant_is_seen_by_its_staff_the_operator_and_the_auditor(catalog: Catalog) -> None:
    provider_id = catalog.provider(approved=False)
    approved = catalog.provider()
    for caller in (OPERATOR, AUDITOR, staff(provider_id)):
        assert made(catalog.get(f"/providers/{provider_id}", caller))["status"] == "applied"
        seen = [item["id"] for item in made(catalog.get("/providers", caller))["items"]]
        assert seen == [provider_id, approved]
        applied = made(catalog.get("/providers?status=applied", caller))["items"]
        assert [item["id"] for item in applied] == [provider_id]
    assert catalog.get(f"/providers/{provider_id}", staff(approved)).status_code == 404
    assert made(catalog.get("/providers?status=applied"))["items"] == []


def test_a_decision_is_made_once_by_the_operator(catalog: Catalog) -> None:
    provider_id = catalog.provider(approved=False)
    path = f"/providers/{provider_id}/decision"
    assert catalog.post(path, decision()).status_code == 401
    assert catalog.post(path, decision(), staff(provider_id)).status_code == 403
    undecided = catalog.post(path, decision("applied"), OPERATOR)
    assert undecided.status_code == 422
    assert undecided.get_json()["errors"][0]["message"] == (
        "Send one of: approved, refused, suspended."
    )
    assert catalog.post(path, {"decision": "approved"}, OPERATOR).status_code == 422
    assert catalog.post(path, decision("refused"), OPERATOR).status_code == 200
    again = catalog.post(path, decision(), OPERATOR)
    assert (again.status_code, again.get_json()["state"]) == (409, "refused")
    assert catalog.post(f"/providers/{ABSENT}/decision", decision(), OPERATOR).status_code == 404


def test_an_application_repeated_with_its_key_is_one_application(catalog: Catalog) -> None:
    once = key()
    first = catalog.post("/providers", provider_body(), **once)
    second = catalog.post("/providers", provider_body(), **once)
    assert (second.status_code, second.data) == (201, first.data)
    assert second.headers["Location"] == first.headers["Location"]
    assert len(catalog.journal()) == 1
    other = catalog.post("/providers", provider_body(name="BLK Lain"), **once)
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " BLK"),
        ("name", "x" * 201),
        ("name", 7),
        ("name", "BLK\u0007"),
        ("kind", "club"),
        ("kind", None),
        ("regency", "17"),
        ("regency", "17.7"),
        ("regency", 17.71),
        ("regency", "17,71"),
        ("regency", "1771"),
        ("regency", "91.01"),
        ("regency", "99.99"),
        ("regency", "17.71\n"),
        ("email", "nobody"),
        ("email", "a@b@c.example"),
        ("email", "x" * 250 + "@a.example"),
        ("phone", "0736"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_done(
    refusing: tuple[Catalog, str, str], field: str, value: object
) -> None:
    catalog, _, _ = refusing
    before = len(catalog.journal())
    answer = catalog.post("/providers", provider_body(**{field: value}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"/{field}"]
    assert len(catalog.journal()) == before
